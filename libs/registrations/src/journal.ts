import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import type { Change, CommitResult } from './change.js';

interface Waiter {
  readonly change: Change;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes one group of changes of one workspace in the caller's transaction. */
export type WriteChanges = (database: Database, changes: readonly Change[]) => Promise<CommitResult[]>;

/**
 * The one writer of what happens to registrations. Whatever queued for a workspace while its last commit ran goes into
 * the next one, so commits are shared under load and latency falls (performance.md, rule 1). When a group fails, its
 * changes are written one by one, so that one bad row never holds back the answers of the others (rule 7); not where the
 * database is away: then each would wait for it in turn.
 */
export class Journal {
  readonly #queues = new Map<string, Waiter[]>();
  readonly #writing = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly write: WriteChanges,
    private readonly maxGroup = 64,
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
      if (!this.#writing.has(change.workspaceId)) void this.#drain(change.workspaceId, queue);
    });
  }

  async #drain(workspaceId: string, queue: Waiter[]): Promise<void> {
    this.#writing.add(workspaceId);
    // One turn of the loop lets what is ready at the same moment join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const group = queue.splice(0, this.maxGroup);
      await this.#writeGroup(group);
    }
    this.#writing.delete(workspaceId);
    if (queue.length === 0) this.#queues.delete(workspaceId);
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
