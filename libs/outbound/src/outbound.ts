import { AddressPolicy } from './address-policy.js';
import { AnswerReader, isRedirect, type Answer, type RequestWatch } from './answer.js';
import { secureContext } from './connect.js';
import { Dispatchers, type FreshConnection } from './dispatchers.js';
import { OutboundFailure, type OutboundCode } from './outbound-failure.js';
import { requestHeaders } from './request-headers.js';
import { defaultLookup, type LookupFn } from './resolve.js';
import { TargetPolicy, type Target } from './target.js';
import type { Transport } from './transport.js';

export interface OutboundOptions {
  /** CIDRs, addresses and host names of OUTBOUND_ALLOW. */
  readonly allow: readonly string[];
  /** Ports beside 443; those of mail, shells and databases stay shut. An opened loopback address takes any port. */
  readonly extraPorts?: readonly number[];
  readonly userAgent?: string;
  readonly lookup?: LookupFn;
  /** Further certificate authorities (PEM), added to the system's. */
  readonly extraCa?: readonly string[];
  /** What to prove ourselves with where a server asks for it (mutual TLS). */
  readonly clientCertificate?: Transport['clientCertificate'];
}

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for everything: resolving, connecting, sending, and the last byte of the answer. */
  readonly deadlineMs: number;
  readonly maxBytes: number;
  /** `fresh`: a connection of its own, ended with the request. What may change something upstream is sent fresh. */
  readonly connection: 'fresh' | 'reuse';
  /** GET only, same origin only. */
  readonly followRedirects?: 0 | 1 | 2;
  /** Sockets are never shared between partitions: workspace and tenant. */
  readonly partition?: string;
  readonly watch?: RequestWatch;
}

export interface OutboundResponse {
  readonly status: number;
  /** Lower-case names; several of one name joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** Our own address of the connection; fresh connections only. */
  readonly localAddress?: string;
  readonly elapsedMs: number;
}

/** The only way out to an address that somebody else gave. */
export interface Outbound {
  /** @throws OutboundFailure and nothing else. Any status but a redirect is an answer. Never sends twice. */
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** What is wrong with the URL as far as it can be told without DNS; undefined where nothing is. */
  check(url: string): OutboundCode | undefined;
  /** True where the URL names a loopback address (or localhost) that the allow list opens. */
  isAllowedLoopback(url: string): boolean;
  /**
   * The same guard with what one server needs beside the rules for all. Its connections and TLS sessions are its own, and end with it.
   * @throws TypeError where a range is no CIDR, or the certificate and key cannot be used
   */
  through(transport: Transport): Outbound;
  /** Ends every connection; requests in flight fail. */
  close(): Promise<void>;
}

/**
 * Builds the guard, once for each process.
 * @throws TypeError where an entry of `allow` is neither a CIDR, an address nor a host name
 */
export function createOutbound(options: OutboundOptions): Outbound {
  return new GuardedOutbound(options);
}

interface Hop {
  readonly request: OutboundRequest;
  readonly headers: Record<string, string>;
  readonly deadline: AbortSignal;
}

class GuardedOutbound implements Outbound {
  readonly #policy: TargetPolicy;
  readonly #dispatchers: Dispatchers;
  readonly #userAgent: string;

  readonly #children = new Set<Outbound>();

  constructor(private readonly options: OutboundOptions) {
    this.#policy = new TargetPolicy(new AddressPolicy(options.allow), options.extraPorts ?? []);
    const context = secureContext(options.extraCa ?? [], options.clientCertificate);
    this.#dispatchers = new Dispatchers({ policy: this.#policy, lookup: options.lookup ?? defaultLookup, context });
    this.#userAgent = options.userAgent ?? 'Registrar';
  }

  check(url: string): OutboundCode | undefined {
    const target = this.#policy.parse(url);
    return typeof target === 'string' ? target : undefined;
  }

  isAllowedLoopback(url: string): boolean {
    return this.#policy.isAllowedLoopback(url);
  }

  through({ authorities, clientCertificate, ports, ranges }: Transport): Outbound {
    const { allow, extraPorts = [], extraCa = [] } = this.options;
    const child = new GuardedOutbound({
      ...this.options,
      allow: [...allow, ...ranges],
      extraPorts: [...extraPorts, ...ports],
      extraCa: [...extraCa, ...authorities],
      ...(clientCertificate && { clientCertificate }),
    });
    this.#children.add(child);
    return child;
  }

  async close(): Promise<void> {
    await Promise.all([this.#dispatchers.close(), ...[...this.#children].map((child) => child.close())]);
  }

  async request(request: OutboundRequest): Promise<OutboundResponse> {
    const begin = performance.now();
    const target = this.#policy.parse(request.url);
    if (typeof target === 'string') throw new OutboundFailure(target, 'before_send');
    const headers = requestHeaders(request.headers ?? {}, this.#userAgent);
    if (this.#dispatchers.closed) throw new OutboundFailure('connect_failed', 'before_send', { reason: 'CLOSED' });
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort();
    }, request.deadlineMs);
    try {
      const { answer, localAddress, url } = await this.#follow(target, { request, headers, deadline: abort.signal });
      const elapsedMs = performance.now() - begin;
      return { ...answer, url, elapsedMs, ...(localAddress !== undefined && { localAddress }) };
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(first: Target, hop: Hop): Promise<{ answer: Answer; localAddress: string | undefined; url: string }> {
    const allowed = hop.request.method === 'GET' ? (hop.request.followRedirects ?? 0) : 0;
    let target = first;
    for (let followed = 0; ; followed++) {
      const { answer, localAddress } = await this.#hop(target, hop).catch((error: unknown) => {
        throw followed > 0 && error instanceof OutboundFailure ? new OutboundFailure(error.code, 'after_send', error) : error;
      });
      if (!isRedirect(answer.status)) return { answer, localAddress, url: followed === 0 ? hop.request.url : target.url };
      const next = followed < allowed ? this.#next(answer, target) : undefined;
      if (next === undefined) throw new OutboundFailure('redirected', 'after_send', { ...answer, localAddress });
      target = next;
    }
  }

  /** Where a redirect leads, judged anew, or undefined where it leaves the origin. */
  #next({ status, headers }: Answer, from: Target): Target | undefined {
    const location = headers.location?.replace(/#.*$/, '');
    if (location === undefined || ![301, 302, 303, 307, 308].includes(status) || !URL.canParse(location, from.url)) return undefined;
    const next = this.#policy.parse(new URL(location, from.url).href);
    return typeof next === 'string' || next.origin !== from.origin ? undefined : next;
  }

  #hop(target: Target, hop: Hop): Promise<{ answer: Answer; localAddress: string | undefined }> {
    const { request, deadline } = hop;
    const send = async ({ dispatcher, localAddress }: FreshConnection): Promise<{ answer: Answer; localAddress: string | undefined }> => {
      const reader = new AnswerReader({ maxBytes: request.maxBytes, localAddress, ...(request.watch && { watch: request.watch }) });
      const expire = (): void => {
        reader.fail('timeout');
      };
      const options = { method: request.method, path: target.path, headers: hop.headers, body: request.body ?? null };
      if (deadline.aborted) expire();
      else {
        deadline.addEventListener('abort', expire, { once: true });
        dispatcher.dispatch({ ...options, idempotent: false, ...(request.connection === 'fresh' && { reset: true }) }, reader);
      }
      try {
        return { answer: await reader.answer, localAddress: localAddress() };
      } finally {
        deadline.removeEventListener('abort', expire);
      }
    };
    if (request.connection === 'fresh') return this.#dispatchers.fresh(target, deadline, send);
    return send({ dispatcher: this.#dispatchers.reused(target, request.partition ?? ''), localAddress: () => undefined });
  }
}
