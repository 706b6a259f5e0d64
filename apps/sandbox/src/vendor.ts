import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './fault.js';
import type { Ledger } from './ledger.js';
import type { RecordStore } from './record-store.js';
import type { SandboxClock } from './sandbox-clock.js';
import type { Simulation } from './simulation.js';

/** Where one authorization server stands: what its vendor process gives it to live on. */
export interface Site {
  readonly vendor: string;
  /** The hospital it serves; undefined where one server serves them all. */
  readonly hospital: string | undefined;
  /** `''`, `/h01` or `/keycloak/h01`: what comes before every path of this server. */
  readonly path: string;
  readonly issuer: string;
  readonly fhirBaseUrl: string;
  readonly store: RecordStore;
  readonly ledger: Ledger;
  readonly secretTtlSeconds: number;
  /** The real time, unless the process is the simulator's. */
  readonly clock: SandboxClock;
  /** Another origin at which the same server answers; the issuer's own where there is none. */
  readonly otherOrigin: string;
}

/** One authorization server. It answers every request below its path; SMART metadata is published for it. */
export interface AuthorizationServer {
  /** Handed to whoever may register, where the server asks for one. */
  readonly initialAccessToken?: string | undefined;
  /** Body of `{fhirBaseUrl}/.well-known/smart-configuration`. */
  readonly smartConfiguration: Readonly<Record<string, unknown>>;
  /** Answers; `request.url` has lost the server's path, `request.originalUrl` has it. `twist` only where there is a simulation. */
  handle(request: IncomingMessage, response: ServerResponse, twist?: Fault): void;
  /** Makes the secrets of one client, or of all, expired in its records. Returns how many. */
  expireSecrets(clientId?: string): number;
  /** Removes a client, as the hospital's administrator would. Returns how many: 1, or 0 where there is none. */
  removeClient(clientId: string): number;
  /** What else a simulated server can be told. */
  readonly simulation?: Simulation;
}

/** A maker of authorization servers: real oidc-provider, or the simulator of a product's quirks. */
export interface Vendor {
  readonly name: string;
  /** One server for all hospitals, instead of one for each by path. */
  readonly shared: boolean;
  /** What comes before the hospital in every path; nothing where the vendor has the process to itself. */
  readonly path?: string;
  openServer(site: Site): Promise<AuthorizationServer>;
}
