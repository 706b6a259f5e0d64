import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ledger } from './ledger.js';
import type { RecordStore } from './record-store.js';

/** Where one authorization server stands: what its vendor process gives it to live on. */
export interface Site {
  readonly vendor: string;
  /** The hospital it serves; undefined where one server serves them all. */
  readonly hospital: string | undefined;
  /** `''`, or `/h01`: what comes before every path of this server. */
  readonly path: string;
  readonly issuer: string;
  readonly fhirBaseUrl: string;
  readonly store: RecordStore;
  readonly ledger: Ledger;
  readonly secretTtlSeconds: number;
}

/** One authorization server. It answers every request below its path; SMART metadata is published for it. */
export interface AuthorizationServer {
  /** Handed to whoever may register, where the server asks for one. */
  readonly initialAccessToken?: string;
  /** Body of `{fhirBaseUrl}/.well-known/smart-configuration`. */
  readonly smartConfiguration: Readonly<Record<string, unknown>>;
  /** Answers; `request.url` has lost the server's path, `request.originalUrl` has it. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Makes the secrets of one client, or of all, expired in its records. Returns how many. */
  expireSecrets(clientId?: string): number;
  /** Removes a client, as the hospital's administrator would. Returns how many: 1, or 0 where there is none. */
  removeClient(clientId: string): number;
}

/** A maker of authorization servers: real oidc-provider, and later simulators of other products' quirks. */
export interface Vendor {
  readonly name: string;
  /** One server for all hospitals, instead of one for each by path. */
  readonly shared: boolean;
  openServer(site: Site): Promise<AuthorizationServer>;
}
