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

/** How many requests each endpoint of one server had. */
export interface RequestCounts {
  vendor: string;
  hospital: string | null;
  issuer: string;
  /** By endpoint and method, e.g. `{"registration": {"POST": 1}}`. */
  counts: Record<string, Record<string, number>>;
}

const KEPT = 2000;

/** Counts every request since the start, and remembers the last 2,000. */
export class RequestLog {
  readonly #counts = new Map<string, RequestCounts>();
  readonly #recent: RequestRecord[] = [];

  add(record: RequestRecord): void {
    const { vendor, hospital, issuer, endpoint, method } = record;
    const server = this.#counts.get(issuer) ?? { vendor, hospital, issuer, counts: {} };
    this.#counts.set(issuer, server);
    const methods = (server.counts[endpoint] ??= {});
    methods[method] = (methods[method] ?? 0) + 1;
    this.#recent.push(record);
    if (this.#recent.length > KEPT * 2) this.#recent.splice(0, KEPT);
  }

  counts(): RequestCounts[] {
    return [...this.#counts.values()];
  }

  recent(): RequestRecord[] {
    return this.#recent.slice(-KEPT);
  }
}
