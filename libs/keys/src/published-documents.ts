import type { Database, Notifications } from '@registrar/database';
import type { PublishedDocument } from './published-document.js';

const REFRESH_MS = 5_000;
const OVERLAP_MS = 30_000;

type Row = PublishedDocument & { updated_at: Date };

/**
 * Every published document, held in memory, so that an EHR that fetches a key set is answered while the database is
 * down. Filled at the start, kept by notification, and by a look at what changed every five seconds.
 */
export class PublishedDocuments {
  readonly #documents = new Map<string, PublishedDocument>();
  #seen = new Date(0);
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {}

  /** Loads what there is and keeps it up to date until `close`. */
  async start(): Promise<void> {
    await this.notifications.listen('published_documents', () => void this.#refresh());
    await this.#refresh();
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /** The document, from memory; a miss asks the database once, since another process may have published it a moment ago. */
  async find(id: string): Promise<PublishedDocument | undefined> {
    const known = this.#documents.get(id);
    if (known) return known;
    const [row] = await this.database.routing<Row>('SELECT id, kind, url, body, etag, updated_at FROM published_documents WHERE id = $1', [
      id,
    ]);
    if (row) this.#keep(row);
    return row;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Looks once more; calls that come while it looks are one more look afterwards, however many they are. */
  async #refresh(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    // Looks back a little: a slow transaction commits rows that are older than what was already seen.
    const since = new Date(this.#seen.getTime() - OVERLAP_MS);
    try {
      const rows = await this.database.routing<Row>(
        'SELECT id, kind, url, body, etag, updated_at FROM published_documents WHERE updated_at >= $1',
        [since],
      );
      for (const row of rows) this.#keep(row);
    } catch {
      // The database is away: what is in memory is still served, and the next look comes soon.
    }
  }

  #keep(row: Row): void {
    this.#documents.set(row.id, { id: row.id, kind: row.kind, url: row.url, body: row.body, etag: row.etag });
    if (row.updated_at > this.#seen) this.#seen = row.updated_at;
  }
}
