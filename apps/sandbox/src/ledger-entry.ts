import type { ClientHistory } from './ledger-history.js';

/** The truth about one client that an authorization server made, whether or not anybody heard the answer. */
export interface LedgerEntry {
  vendor: string;
  hospital: string | null;
  issuer: string;
  client_id: string;
  client_name: string | null;
  software_version: string | null;
  token_endpoint_auth_method: string | null;
  /** RFC 3339. */
  created_at: string;
  /** RFC 3339; null while it lives. */
  deleted_at: string | null;
  /** RFC 3339; null where the secret never ends, or there is none. */
  secret_expires_at: string | null;
  /** Token requests that named this client, since the process started. */
  token_requests: number;
  /** Those among them that were answered with a token. */
  tokens_issued: number;
  /** Simulated servers only. */
  history?: ClientHistory;
}
