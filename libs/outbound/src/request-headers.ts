import { OutboundFailure } from './outbound-failure.js';

/** The connection's own headers: a caller that sets them could smuggle a request or turn compression on. */
const RESERVED: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What is sent beside the caller's headers: who we are, and that no compression is wanted.
 * @throws OutboundFailure invalid_url, before_send, where a header is reserved or is not one
 */
export function requestHeaders(given: Readonly<Record<string, string>>, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent };
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (RESERVED.has(lower) || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower) || /[\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]/.test(value))
      throw new OutboundFailure('invalid_url', 'before_send', { reason: 'HEADER_REFUSED' });
    headers[lower] = value;
  }
  headers['accept-encoding'] = 'identity';
  return headers;
}
