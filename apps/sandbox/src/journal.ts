import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterPayload } from 'oidc-provider';
import type { LedgerEntry } from './ledger-entry.js';

type Line =
  | { readonly kind: 'port'; readonly port: number }
  | {
      readonly kind: 'record';
      readonly server: string;
      readonly model: string;
      readonly id: string;
      readonly payload: AdapterPayload | null;
    }
  | { readonly kind: 'ledger'; readonly entry: LedgerEntry };

/** One record that an earlier run left. */
export interface JournalRecord {
  readonly model: string;
  readonly id: string;
  readonly payload: AdapterPayload;
}

/**
 * What one vendor must still know after a restart, kill -9 included: its port, clients, registration and initial access tokens, ledger.
 * A file of JSON lines, appended before the answer leaves; without a folder nothing is kept. Secrets lie in it as they are: they are
 * those of a sandbox, and the file is its owner's alone (0600).
 */
export class Journal {
  #port: number | undefined;
  readonly #records = new Map<string, Map<string, JournalRecord>>();
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #file: number | undefined;

  /** @param folder made where it is missing; undefined keeps nothing */
  constructor(folder: string | undefined, vendor: string) {
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${vendor}.jsonl`);
    this.#file = openSync(path, 'a', 0o600);
    for (const text of readFileSync(path, 'utf8').split('\n')) this.#replay(text);
    // After a torn last line the next one must begin on its own.
    writeSync(this.#file, '\n');
  }

  /** The port of the earlier run: the issuers' URLs hold it. */
  get port(): number | undefined {
    return this.#port;
  }

  recordsOf(server: string): JournalRecord[] {
    return [...(this.#records.get(server)?.values() ?? [])];
  }

  entries(): LedgerEntry[] {
    return [...this.#entries.values()];
  }

  write(line: Line): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #replay(text: string): void {
    const line = parse(text);
    if (line?.kind === 'port') this.#port = line.port;
    if (line?.kind === 'ledger') {
      this.#entries.set(`${line.entry.issuer} ${line.entry.client_id}`, { ...line.entry, token_requests: 0, tokens_issued: 0 });
    }
    if (line?.kind === 'record') {
      const records = this.#records.get(line.server) ?? new Map<string, JournalRecord>();
      this.#records.set(line.server, records);
      if (line.payload) records.set(`${line.model} ${line.id}`, { model: line.model, id: line.id, payload: line.payload });
      else records.delete(`${line.model} ${line.id}`);
    }
  }
}

function parse(text: string): Line | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Line);
  } catch {
    // Torn by a kill -9 in the middle of the write: its answer never left.
    return undefined;
  }
}
