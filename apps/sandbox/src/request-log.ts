import type { Endpoint } from './route.js';

/** One request as it arrived, and what it was answered. */
export interface RequestRecord {
  at: string;
  vendor: string;
  hospital: string | null;
  issuer: string;
  endpoint: Endpoint;
  method: string;
  user_agent: string | null;
  /** null: never answered. */
  status: number | null;
  /** The fault that was applied. */
  fault: string | null;
}

/** Which requests; what is not named is any. */
export interface RequestFilter {
  readonly vendor?: string | undefined;
  readonly hospital?: string | undefined;
  readonly endpoint?: Endpoint | undefined;
  /** RFC 3339: those at or after it. */
  readonly since?: string | undefined;
}

/** How many requests each endpoint of one server had. */
export interface RequestCounts {
  vendor: string;
  hospital: string | null;
  issuer: string;
  /** By endpoint and method, e.g. `{"registration": {"POST": 1}}`. */
  counts: Record<string, Record<string, number>>;
}

/** The busiest second of one server's own clock since the start. */
export interface RequestRate {
  vendor: string;
  hospital: string | null;
  issuer: string;
  total: number;
  /** RFC 3339. */
  busiest_second: string;
  requests_in_it: number;
}

interface Counted {
  readonly shown: RequestCounts;
  readonly rate: RequestRate;
  second: string;
  inSecond: number;
}

/** Counts every request since the start, and remembers the last ones. */
export class RequestLog {
  readonly #servers = new Map<string, Counted>();
  readonly #recent: RequestRecord[] = [];

  constructor(private readonly kept: number) {}

  add(record: RequestRecord): void {
    this.#count(record);
    this.#recent.push(record);
    if (this.#recent.length > this.kept * 2) this.#recent.splice(0, this.kept);
  }

  counts(): RequestCounts[] {
    return [...this.#servers.values()].map(({ shown }) => shown);
  }

  rates(): RequestRate[] {
    return [...this.#servers.values()].map(({ rate }) => rate);
  }

  /** The oldest first. */
  recent({ vendor, hospital, endpoint, since }: RequestFilter = {}): RequestRecord[] {
    return this.#recent
      .slice(-this.kept)
      .filter(
        (record) =>
          (vendor === undefined || record.vendor === vendor) &&
          (hospital === undefined || record.hospital === hospital) &&
          (endpoint === undefined || record.endpoint === endpoint) &&
          (since === undefined || record.at >= since),
      );
  }

  #count({ at, vendor, hospital, issuer, endpoint, method }: RequestRecord): void {
    const second = at.slice(0, 19);
    const server = this.#servers.get(issuer) ?? {
      shown: { vendor, hospital, issuer, counts: {} },
      rate: { vendor, hospital, issuer, total: 0, busiest_second: `${second}Z`, requests_in_it: 0 },
      second,
      inSecond: 0,
    };
    this.#servers.set(issuer, server);
    const methods = (server.shown.counts[endpoint] ??= {});
    methods[method] = (methods[method] ?? 0) + 1;
    server.inSecond = server.second === second ? server.inSecond + 1 : 1;
    server.second = second;
    server.rate.total += 1;
    if (server.inSecond <= server.rate.requests_in_it) return;
    server.rate.requests_in_it = server.inSecond;
    server.rate.busiest_second = `${second}Z`;
  }
}
