import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { OutboundFailure, type OutboundCode } from './outbound-failure.js';
import { reasonOf } from './resolve.js';

/** One answer of one server, before redirects are thought of. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Told how far a request has come; nothing waits for it. */
export interface RequestWatch {
  /** The request is with the kernel. */
  readonly written?: () => void;
  /** The head of the answer is there. */
  readonly answering?: () => void;
}

export interface AnswerLimits {
  readonly maxBytes: number;
  readonly localAddress: () => string | undefined;
  readonly watch?: RequestWatch;
}

/**
 * What undici tells of one request, turned into one answer or one failure. It is handed to `dispatch()`, below `request()`,
 * because only there is it known when the first byte may have left: `onRequestStart` comes right before the write.
 */
export class AnswerReader implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>;
  #settle!: (result: Answer | OutboundFailure) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #started = false;
  #done = false;
  #status: number | undefined;
  #headers: Record<string, string> | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(private readonly limits: AnswerLimits) {
    this.answer = new Promise((resolve, reject) => {
      this.#settle = (result) => {
        if (result instanceof OutboundFailure) reject(result);
        else resolve(result);
      };
    });
  }

  /** Gives up. A request that still waits for its connection is never written afterwards. */
  fail(code: OutboundCode, reason?: string): void {
    if (this.#done) return;
    this.#done = true;
    const facts = { localAddress: this.limits.localAddress(), status: this.#status, headers: this.#headers, reason };
    this.#settle(new OutboundFailure(code, this.#started ? 'after_send' : 'before_send', facts));
    this.#controller?.abort(new Error(code));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#done || this.#started) {
      // Given up while it waited, or a second try of the same request: neither may be written.
      this.fail('connection_lost');
      controller.abort(new Error('not sent'));
      return;
    }
    this.#controller = controller;
    this.#started = true;
    // The write follows in this turn of the loop.
    const { written } = this.limits.watch ?? {};
    if (written) setImmediate(written);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#done) return;
    this.limits.watch?.answering?.();
    this.#status = status;
    this.#headers = flat(headers);
    if (isRedirect(status)) this.#finish(status, this.#headers);
    else if (isEncoded(this.#headers)) this.fail('unexpected_encoding');
    else if (Number(this.#headers['content-length'] ?? 0) > this.limits.maxBytes) this.fail('too_large');
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.limits.maxBytes) this.fail('too_large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#status !== undefined && this.#headers !== undefined) this.#finish(this.#status, this.#headers);
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: unknown): void {
    if (error instanceof OutboundFailure) this.fail(error.code, error.reason);
    else this.fail(...classify(error, this.#started));
  }

  #finish(status: number, headers: Record<string, string>): void {
    if (this.#done) return;
    this.#done = true;
    this.#settle({ status, headers, body: Buffer.concat(this.#chunks, this.#size) });
    // The body of a redirect is nobody's business: the connection ends here.
    if (isRedirect(status)) this.#controller?.abort(new Error('redirected'));
  }
}

/** 304 is the answer to a condition that the caller set, not a way elsewhere. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function isEncoded(headers: Record<string, string>): boolean {
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? 'chunked';
  const content = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return transfer !== 'chunked' || (content !== '' && content !== 'identity');
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name === '__proto__' ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}

function classify(error: unknown, started: boolean): [OutboundCode, string | undefined] {
  const code = reasonOf(error);
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return ['invalid_url', code];
  if (!started) return ['connect_failed', code];
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return ['too_large', code];
  // The parser calls a body that ended early a parse error; for whoever sent the request it is a lost answer.
  const garbled = error instanceof Error && error.name === 'HTTPParserError' && !error.message.includes('EOF');
  return [garbled ? 'malformed_response' : 'connection_lost', code];
}
