import type { Fault } from './fault.js';
import type { LedgerEntry } from './ledger-entry.js';
import type { RequestCounts, RequestFilter, RequestRate, RequestRecord } from './request-log.js';
import type { SimulationCommands } from './simulation-command.js';
import type { IatClient } from './simulator/initial-access.js';

/** One authorization server, as `GET /servers` lists it. */
export interface ServerListing {
  vendor: string;
  /** Absent where one server serves all hospitals. */
  hospital?: string;
  shared: boolean;
  issuer: string;
  fhir_base_url: string;
  initial_access_token?: string;
  /** Absent where clients are entered in a portal. */
  registration_endpoint?: string;
  token_endpoint?: string;
  /** Simulated servers whose initial access tokens are obtained by client_credentials. */
  iat_client?: IatClient;
  /** Simulated servers whose clients an administrator manages. */
  admin_token?: string;
  simulated?: true;
}

/** Which servers; what is not named is any. */
export interface Where {
  readonly vendor?: string | undefined;
  readonly hospital?: string | undefined;
}

/** What the control port asks of a vendor's process, and what comes back. */
export interface Commands extends SimulationCommands {
  servers: { asks: Where; answers: ServerListing[] };
  ledger: { asks: Where; answers: LedgerEntry[] };
  request_counts: { asks: object; answers: RequestCounts[] };
  recent_requests: { asks: RequestFilter; answers: RequestRecord[] };
  rates: { asks: object; answers: RequestRate[] };
  faults: { asks: object; answers: Fault[] };
  add_fault: { asks: { fault: Fault }; answers: null };
  clear_faults: { asks: object; answers: null };
  /** Answers how many secrets were made to expire. */
  expire_secrets: { asks: Where & { client_id?: string | undefined }; answers: number };
  /** Answers how many clients were removed. */
  remove_clients: { asks: Where & { client_id: string }; answers: number };
}
export type CommandName = keyof Commands;

/** One vendor, or the simulator with all its products, in this process or in one of its own. */
export interface VendorHandle {
  readonly name: string;
  /** The vendors whose servers it runs. */
  readonly vendors: readonly string[];
  readonly simulated: boolean;
  ask<C extends CommandName>(command: C, asks: Commands[C]['asks']): Promise<Commands[C]['answers']>;
}
