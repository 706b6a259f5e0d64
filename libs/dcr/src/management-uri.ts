const MAX_URI = 2048;

/** Why a registration access token is not sent to a registration client URI (A-38, T7). */
export type ManagementUriRefusal = 'unusable' | 'plain_http' | 'foreign';

/** Whether a text can stand in a request line: printable, without spaces, of a length that servers take. */
export function isPrintableUri(text: string): boolean {
  return text.length <= MAX_URI && /^[\x21-\x7e]+$/.test(text);
}

/**
 * Judges an absolute registration client URI: it is usable at the very origin of the registration endpoint, without user
 * information and fragment, and nowhere else. Judged when an answer is read and again before each use, because the endpoint
 * that it is measured by may have moved since.
 */
export function managementUriRefusal(uri: string, registrationEndpoint: string): ManagementUriRefusal | undefined {
  if (!isPrintableUri(uri) || !URL.canParse(uri) || !URL.canParse(registrationEndpoint)) return 'unusable';
  const [url, endpoint] = [new URL(uri), new URL(registrationEndpoint)];
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.hash !== '') return 'unusable';
  if (url.origin === endpoint.origin) return undefined;
  return url.protocol === 'http:' ? 'plain_http' : 'foreign';
}
