import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientBase } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { databaseFailure } from './database-failure.js';
import { Transaction } from './transaction.js';
import type { UnitOfWork } from './unit-of-work.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
type BeginHook = (scope: UnitOfWork) => Promise<void>;

/** The way to the rows: every query of a scoped table runs inside `transaction`, under row-level security. */
export class Database {
  readonly #beginHooks: BeginHook[] = [];
  readonly #open = new AsyncLocalStorage<true>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction whose scope is `scope`, then the hooks registered on it, then commits.
   * @throws Problem database.unavailable | database.busy; whatever `work` throws, after a rollback.
   */
  async transaction<T>(scope: UnitOfWork, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#open.getStore()) throw new Error('A unit of work is one transaction: pass the open one on instead of opening another');
    for (const hook of this.#beginHooks) await hook(scope);
    const settings = settingsOf(scope);
    return this.#run(async (runner, client) => {
      await runner.query(settings);
      const tx = new Transaction(scope, runner.manager, client);
      const result = await this.#open.run(true, () => work(tx));
      await tx.flush();
      return {
        result,
        committed: () => {
          tx.committed();
        },
      };
    });
  }

  /** Runs one statement on the closed list of routing tables, which have no scope. Scoped tables show no row here. */
  async routing<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      // The structured result: of an UPDATE the plain one is a pair of rows and their number.
      const result: unknown = await runner.query(sql, [...parameters], true);
      return (result as { records?: Row[] }).records ?? [];
    } catch (error) {
      throw databaseFailure(error);
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /** A hook that runs before each scoped transaction opens: the place for what must not happen inside one (unwrapping keys). */
  onBegin(hook: BeginHook): void {
    this.#beginHooks.push(hook);
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  async #run<T>(work: (runner: QueryRunner, client: ClientBase) => Promise<{ result: T; committed: () => void }>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as ClientBase;
      await runner.startTransaction();
      const { result, committed } = await work(runner, client);
      await runner.commitTransaction();
      committed();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw databaseFailure(error);
    } finally {
      await runner.release().catch(() => undefined);
    }
  }
}

/** One round trip for both settings. Only uuids reach the text, so nothing needs quoting. */
function settingsOf(scope: UnitOfWork): string {
  const ids = [scope.workspaceId, ...(scope.tenantIds ?? [])];
  if (!ids.every((id) => UUID.test(id))) throw new Error('A scope holds uuids only');
  if (scope.tenantIds?.length === 0) throw new Error('A principal bound to no tenant sees nothing; refuse it before a unit of work');
  return `SELECT set_config('registrar.workspace_id', '${scope.workspaceId}', true), set_config('registrar.tenant_id', '${(scope.tenantIds ?? []).join(',')}', true)`;
}
