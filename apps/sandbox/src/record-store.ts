import type { AdapterPayload } from 'oidc-provider';
import type { Journal } from './journal.js';

interface Kept {
  readonly payload: AdapterPayload;
  /** Milliseconds since the epoch; Infinity = for ever. */
  readonly expiresAt: number;
}

/** What must outlive the process where there is a journal; tokens and sessions need not. */
const DURABLE = new Set(['Client', 'RegistrationAccessToken', 'InitialAccessToken']);

/** The records of one authorization server, in memory: `model` → id → payload. */
export class RecordStore {
  readonly #models = new Map<string, Map<string, Kept>>();

  /** @param server names this store in the journal */
  constructor(
    private readonly server: string,
    private readonly journal: Journal,
  ) {
    for (const { model, id, payload } of journal.recordsOf(server)) this.#model(model).set(id, { payload, expiresAt: Infinity });
  }

  find(model: string, id: string): AdapterPayload | undefined {
    const kept = this.#model(model).get(id);
    if (!kept || kept.expiresAt > Date.now()) return kept?.payload;
    this.#model(model).delete(id);
    return undefined;
  }

  /** @param ttlSeconds undefined = for ever */
  put(model: string, id: string, payload: AdapterPayload, ttlSeconds?: number): void {
    this.#model(model).set(id, { payload, expiresAt: ttlSeconds === undefined ? Infinity : Date.now() + ttlSeconds * 1000 });
    if (DURABLE.has(model)) this.journal.write({ kind: 'record', server: this.server, model, id, payload });
  }

  delete(model: string, id: string): void {
    this.#model(model).delete(id);
    if (DURABLE.has(model)) this.journal.write({ kind: 'record', server: this.server, model, id, payload: null });
  }

  ids(model: string): string[] {
    return [...this.#model(model).keys()];
  }

  firstId(model: string): string | undefined {
    return this.ids(model)[0];
  }

  /** Forgets the records that match, of every model. */
  deleteWhere(matches: (payload: AdapterPayload) => boolean): void {
    for (const [model, records] of this.#models) {
      for (const [id, { payload }] of records) if (matches(payload)) this.delete(model, id);
    }
  }

  /** Lets go of what has expired: a long run issues many tokens. */
  sweep(): void {
    const now = Date.now();
    for (const records of this.#models.values()) {
      for (const [id, { expiresAt }] of records) if (expiresAt <= now) records.delete(id);
    }
  }

  #model(model: string): Map<string, Kept> {
    const records = this.#models.get(model) ?? new Map<string, Kept>();
    this.#models.set(model, records);
    return records;
  }
}
