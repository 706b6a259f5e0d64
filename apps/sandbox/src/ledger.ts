import type { Journal } from './journal.js';
import type { LedgerEntry } from './ledger-entry.js';
import type { ClientHistory } from './ledger-history.js';

/** The server that a client lives at. */
export interface LedgerServer {
  readonly vendor: string;
  readonly hospital: string | undefined;
  readonly issuer: string;
}

type Metadata = Readonly<Record<string, unknown>>;

/** Every client that one vendor's servers ever made. Deleted ones stay, with the time. */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();

  constructor(
    private readonly journal: Journal,
    private readonly now: () => Date = () => new Date(),
  ) {
    for (const entry of journal.entries()) this.#entries.set(key(entry.issuer, entry.client_id), entry);
  }

  /** A client was made or changed. `metadata` is its record, in wire names; `history` goes on growing. */
  put(server: LedgerServer, clientId: string, metadata: Metadata, history?: ClientHistory): void {
    const known = this.#entries.get(key(server.issuer, clientId));
    const entry: LedgerEntry = {
      vendor: server.vendor,
      hospital: server.hospital ?? null,
      issuer: server.issuer,
      client_id: clientId,
      client_name: text(metadata.client_name),
      software_version: text(metadata.software_version),
      token_endpoint_auth_method: text(metadata.token_endpoint_auth_method),
      created_at: known?.created_at ?? this.now().toISOString(),
      deleted_at: null,
      secret_expires_at: time(metadata.client_secret_expires_at),
      token_requests: known?.token_requests ?? 0,
      tokens_issued: known?.tokens_issued ?? 0,
      ...(history ? { history } : {}),
    };
    this.#entries.set(key(server.issuer, clientId), entry);
    this.journal.write({ kind: 'ledger', entry });
  }

  delete(server: LedgerServer, clientId: string): void {
    const entry = this.#entries.get(key(server.issuer, clientId));
    if (!entry) return;
    entry.deleted_at = this.now().toISOString();
    this.journal.write({ kind: 'ledger', entry });
  }

  tokenRequested(server: LedgerServer, clientId: string, issued: boolean): void {
    const entry = this.#entries.get(key(server.issuer, clientId));
    if (!entry) return;
    entry.token_requests += 1;
    if (issued) entry.tokens_issued += 1;
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }
}

const key = (issuer: string, clientId: string): string => `${issuer} ${clientId}`;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const time = (seconds: unknown): string | null =>
  typeof seconds === 'number' && seconds > 0 ? new Date(seconds * 1000).toISOString() : null;
