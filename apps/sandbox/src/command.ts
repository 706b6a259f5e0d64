import type { Fault } from './fault.js';
import type { LedgerEntry } from './ledger-entry.js';
import type { RequestCounts, RequestRecord } from './request-log.js';

/** One authorization server, as `GET /servers` lists it. */
export interface ServerListing {
  vendor: string;
  /** Absent where one server serves all hospitals. */
  hospital?: string;
  shared: boolean;
  issuer: string;
  fhir_base_url: string;
  initial_access_token?: string;
}

/** What the control port asks of a vendor's process, and what comes back. */
export interface Commands {
  servers: { asks: object; answers: ServerListing[] };
  ledger: { asks: object; answers: LedgerEntry[] };
  request_counts: { asks: object; answers: RequestCounts[] };
  recent_requests: { asks: object; answers: RequestRecord[] };
  faults: { asks: object; answers: Fault[] };
  add_fault: { asks: { fault: Fault }; answers: null };
  clear_faults: { asks: object; answers: null };
  /** Answers how many secrets were made to expire. */
  expire_secrets: { asks: { hospital?: string | undefined; client_id?: string | undefined }; answers: number };
  /** Answers how many clients were removed. */
  remove_clients: { asks: { hospital?: string | undefined; client_id: string }; answers: number };
}
export type CommandName = keyof Commands;

/** One vendor, in this process or in one of its own. */
export interface VendorHandle {
  readonly name: string;
  ask<C extends CommandName>(command: C, asks: Commands[C]['asks']): Promise<Commands[C]['answers']>;
}
