import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { PublishedDocument } from './published-document.js';

const FLUSH_MS = 1_000;

const RECORD = `
WITH fetched AS (
  SELECT f.id, f.etag, f.kids, f.at FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[]) AS f (id, etag, kids, at))
, recorded AS (
  UPDATE published_documents d SET served = (d.served::jsonb || (
           SELECT coalesce(jsonb_object_agg(k.kid, jsonb_build_object('first', coalesce(d.served::jsonb->k.kid->>'first', f.at), 'last', f.at)), '{}')
             FROM jsonb_array_elements_text(f.kids) AS k (kid)))::text,
         awaited_by = CASE WHEN d.etag = f.etag THEN NULL ELSE d.awaited_by END
    FROM (SELECT p.id, p.awaited_by, fetched.etag, fetched.kids, fetched.at FROM published_documents p JOIN fetched ON fetched.id = p.id
           ORDER BY p.id FOR UPDATE OF p) f
   WHERE d.id = f.id RETURNING f.awaited_by AS item_id, d.etag = f.etag AS newest)
UPDATE work_items w SET due_at = clock_timestamp(), wake_at = NULL FROM recorded
 WHERE recorded.newest AND w.id = recorded.item_id AND w.wake_at IS NOT NULL AND w.lease_until IS NULL`;

interface Fetch {
  readonly document: PublishedDocument;
  readonly at: Date;
}

/**
 * Remembers who was served which keys, at the cost of one entry in memory for each fetch: what came in a second is written by
 * one statement, for each key set the newest document. Where a rotation waits for this set to be fetched, it is woken.
 */
export class KeySetFetches {
  #fetched = new Map<string, Fetch>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Never waits and never fails: an EHR that fetches its keys is answered whatever becomes of the record. */
  record(document: PublishedDocument): void {
    this.#fetched.set(`${document.id} ${document.etag}`, { document, at: this.clock.now() });
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#write();
    }, FLUSH_MS);
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write();
  }

  async #write(): Promise<void> {
    // Of two documents of one set within a second the later one counts: it holds what the earlier one added.
    const newest = new Map([...this.#fetched.values()].map((fetch) => [fetch.document.id, fetch]));
    this.#fetched = new Map();
    if (newest.size === 0) return;
    const fetches = [...newest.values()];
    try {
      await this.database.routing(RECORD, [
        fetches.map(({ document }) => document.id),
        fetches.map(({ document }) => document.etag),
        fetches.map(({ document }) => JSON.stringify(kidsOf(document))),
        fetches.map(({ at }) => at.toISOString()),
      ]);
    } catch {
      // The database is away: the EHR fetches again, and a soak that sees nothing lasts its full time.
    }
  }
}

function kidsOf({ body }: PublishedDocument): string[] {
  const { keys = [] } = JSON.parse(body) as { keys?: { kid?: string }[] };
  return keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
}

/** When a key set was fetched first with that key in it; where it was not yet, `itemId` is woken by the first fetch. */
export async function servedSince(database: Database, keySetId: string, kid: string, itemId: string): Promise<Date | undefined> {
  const [row] = await database.routing<{ first: string | null }>(
    `WITH waiting AS (
       UPDATE published_documents SET awaited_by = CASE WHEN served::jsonb ? $2 THEN awaited_by ELSE $3::uuid END WHERE id = $1
       RETURNING served::jsonb->$2->>'first' AS first)
     SELECT first FROM waiting`,
    [keySetId, kid, itemId],
  );
  return row?.first ? new Date(row.first) : undefined;
}
