import { DatabaseError, type ClientBase } from 'pg';
import type { EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import { statementName } from './statement-name.js';
import type { UnitOfWork } from './unit-of-work.js';

/** When a hook runs before the commit: chain heads are locked after every domain row, in this order, so writers cannot deadlock. */
export const COMMIT_ORDER = { audit: 1, events: 2, doorbell: 3 } as const;
export type CommitOrder = (typeof COMMIT_ORDER)[keyof typeof COMMIT_ORDER];

type Hook = () => Promise<void>;

/** One scoped database transaction. No HTTP and no KMS call may happen while it is open. */
export class Transaction {
  readonly #beforeCommit = new Map<CommitOrder, Hook>();
  readonly #afterCommit: (() => void)[] = [];

  constructor(
    readonly scope: UnitOfWork,
    private readonly manager: EntityManager,
    private readonly client: ClientBase,
  ) {}

  /** Runs one statement with parameters and returns its rows (for INSERT/UPDATE/DELETE: those of RETURNING). */
  async query<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result: unknown = await this.manager.queryRunner?.query(sql, [...parameters], true);
    return (result as { records?: Row[] } | undefined)?.records ?? [];
  }

  /**
   * The same on the hot path: each connection parses and plans the statement once, which halves what Postgres spends on
   * it (performance.md, rule 4). For constant texts only; a text made of values would fill the connection's memory.
   * Statements that are called one after the other without waiting are sent in that order, in one round trip: see `all`.
   */
  async prepared<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.client.query({ name: statementName(sql), text: sql, values: [...parameters] });
    return result.rows as Row[];
  }

  /**
   * Waits for writes that were sent without waiting for each other. Every one has ended when it returns, so none can run after
   * the rollback, in somebody else's transaction. @throws the reason of the one that failed, not of those that failed because it did.
   */
  async all(writes: readonly Promise<unknown>[]): Promise<void> {
    const ended = await Promise.allSettled(writes);
    const reasons = ended.flatMap((write) => (write.status === 'rejected' ? [write.reason as unknown] : []));
    if (reasons.length > 0) throw reasons.find((reason) => !isAborted(reason)) ?? reasons[0];
  }

  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.manager.getRepository(entity);
  }

  /** Registers the one hook that runs at this place before the commit; a second registration at the same place is ignored. */
  beforeCommit(order: CommitOrder, hook: Hook): void {
    if (!this.#beforeCommit.has(order)) this.#beforeCommit.set(order, hook);
  }

  /** Runs after a successful commit; must not fail the work that is already done. */
  afterCommit(hook: () => void): void {
    this.#afterCommit.push(hook);
  }

  /** For Database only. */
  async flush(): Promise<void> {
    for (const order of [...this.#beforeCommit.keys()].sort((a, b) => a - b)) await this.#beforeCommit.get(order)?.();
  }

  /** For Database only. */
  committed(): void {
    for (const hook of this.#afterCommit) hook();
  }
}

/** in_failed_sql_transaction: an earlier statement of the same transaction has failed. */
function isAborted(reason: unknown): boolean {
  return reason instanceof DatabaseError && reason.code === '25P02';
}
