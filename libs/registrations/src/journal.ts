import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import type { Change, CommitResult } from './change.js';

interface Waiter {
  readonly change: Change;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface JournalSettings {
  /** Changes in one transaction, at most. */
  readonly maxGroup: number;
  /** Transactions of one workspace that run beside each other, at most. */
  readonly writers: number;
  /** Changes that are worth a transaction beside one that is running. */
  readonly worthwhile: number;
}

/** While one group waits for Postgres the next is made up. */
const SETTINGS: JournalSettings = { maxGroup: 64, writers: 2, worthwhile: 12 };

/** Writes one group of changes of one workspace in the caller's transaction. */
export type WriteChanges = (database: Database, changes: readonly Change[]) => Promise<CommitResult[]>;

/**
 * The one writer of what happens to registrations. Whatever queued for a workspace while its last commit ran goes into
 * the next one, so commits are shared under load and latency falls (performance.md, rule 1); where a lot has queued, a
 * second group is written beside it, as another worker would do. When a group fails, its
 * changes are written one by one, so that one bad row never holds back the answers of the others (rule 7); not where the
 * database is away: then each would wait for it in turn.
 */
export class Journal {
  readonly #queues = new Map<string, Waiter[]>();
  readonly #writers = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly write: WriteChanges,
    private readonly settings: JournalSettings = SETTINGS,
  ) {}

  /**
   * Writes a change, together with its audit entries and events, in one transaction.
   * @throws whatever the database throws for this change alone.
   */
  commit(change: Change): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(change.workspaceId) ?? [];
      this.#queues.set(change.workspaceId, queue);
      queue.push({ change, resolve, reject });
      if (this.#mayWrite(change.workspaceId, queue, 0)) void this.#drain(change.workspaceId, queue);
    });
  }

  async #drain(workspaceId: string, queue: Waiter[]): Promise<void> {
    this.#writers.set(workspaceId, this.#writing(workspaceId) + 1);
    // One turn of the loop lets what is ready at the same moment join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#mayWrite(workspaceId, queue, 1)) {
      const group = queue.splice(0, this.settings.maxGroup);
      await this.#writeGroup(group);
    }
    const left = this.#writing(workspaceId) - 1;
    if (left > 0) this.#writers.set(workspaceId, left);
    else this.#writers.delete(workspaceId);
    if (left === 0 && queue.length === 0) this.#queues.delete(workspaceId);
  }

  #writing(workspaceId: string): number {
    return this.#writers.get(workspaceId) ?? 0;
  }

  /** Alone a writer takes whatever there is; beside another it takes what is worth a transaction, and leaves the rest to join the next. */
  #mayWrite(workspaceId: string, queue: readonly Waiter[], mine: 0 | 1): boolean {
    const others = this.#writing(workspaceId) - mine;
    return others === 0 ? queue.length > 0 : others < this.settings.writers && queue.length >= this.settings.worthwhile;
  }

  async #writeGroup(group: readonly Waiter[]): Promise<void> {
    try {
      const results = await this.write(
        this.database,
        group.map((waiter) => waiter.change),
      );
      group.forEach((waiter, index) => {
        waiter.resolve(results[index] ?? 'lost');
      });
    } catch (error) {
      const away = error instanceof Problem && error.code === 'database.unavailable';
      if (away || group.length === 1)
        group.forEach((waiter) => {
          waiter.reject(error);
        });
      else for (const waiter of group) await this.#writeGroup([waiter]);
    }
  }
}
