import { assertEnvironment } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import { pageOf, publicId, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import type { ConnectionRow } from './connection.entity.js';
import type { Connection, ConnectionChange, ConnectionFilter, NewConnection } from './connection.js';
import { connectionProblem } from './connections.problems.js';
import { connectionRows } from './connections.repository.js';
import type { EhrRow } from './ehr.entity.js';
import { ehrProblem } from './ehrs.problems.js';
import type { EhrRecords } from './ehrs.records.js';
import { ehrRows } from './ehrs.repository.js';

/** Which hospital uses which EHR. */
export class ConnectionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: EhrRecords,
  ) {}

  /**
   * @throws Problem ehrs.tenant_not_found | ehrs.not_found | ehrs.another_hospital | connections.already_exists, with `existing_id` |
   *   access.environment_mismatch
   */
  create(scope: UnitOfWork, input: NewConnection): Promise<Connection> {
    return this.database.transaction(scope, async (tx) => {
      if (!(await ehrRows.tenantExists(tx, input.tenantId))) throw ehrProblem('ehrs.tenant_not_found');
      const ehr = await mayUseEhr(tx, input.ehrId);
      if (ehr.tenantId !== null && ehr.tenantId !== input.tenantId) throw ehrProblem('ehrs.another_hospital');
      const now = this.clock.now();
      const row: ConnectionRow = {
        workspaceId: scope.workspaceId,
        id: newId(),
        tenantId: input.tenantId,
        ehrId: input.ehrId,
        externalId: input.externalId ?? null,
        version: 1,
        createdAt: now,
        updatedAt: now,
      };
      if (!(await connectionRows.insert(tx, row))) {
        const existing = await connectionRows.at(tx, input.tenantId, input.ehrId);
        throw connectionProblem('connections.already_exists', existing ? { extra: { existing_id: publicId('con', existing.id) } } : {});
      }
      this.records.connection(tx, 'connection.create', row);
      return present(row);
    });
  }

  /** @throws Problem connections.not_found | access.environment_mismatch */
  get(scope: UnitOfWork, id: string): Promise<Connection> {
    return this.database.transaction(scope, async (tx) => present(await mayUse(tx, await connectionRows.find(tx, id))));
  }

  /** A caller bound to an environment sees the connections of that one alone. @throws Problem access.environment_mismatch | ehrs.not_found */
  list(scope: UnitOfWork, filter: ConnectionFilter, request: PageRequest): Promise<Page<Connection>> {
    return this.database.transaction(scope, async (tx) => {
      if (filter.ehrId !== undefined && scope.environment !== undefined) await mayUseEhr(tx, filter.ehrId);
      return pageOf(await connectionRows.page(tx, filter, request), request, present);
    });
  }

  /**
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem connections.not_found | connections.changed_meanwhile | access.environment_mismatch
   */
  change(scope: UnitOfWork, id: string, change: ConnectionChange, expected?: number): Promise<Connection> {
    return this.database.transaction(scope, async (tx) => {
      const row = await mayUse(tx, await connectionRows.lock(tx, id));
      if (expected !== undefined && expected !== row.version) throw connectionProblem('connections.changed_meanwhile');
      if (change.externalId !== undefined) row.externalId = change.externalId;
      row.version += 1;
      row.updatedAt = this.clock.now();
      await connectionRows.update(tx, row);
      this.records.connection(tx, 'connection.update', row);
      return present(row);
    });
  }

  /** Removes a connection that never had a registration. @throws Problem connections.not_found | connections.in_use | access.environment_mismatch */
  remove(scope: UnitOfWork, id: string): Promise<void> {
    return this.database.transaction(scope, async (tx) => {
      const row = await mayUse(tx, await connectionRows.lock(tx, id));
      if (await connectionRows.hasRegistrations(tx, id)) throw connectionProblem('connections.in_use');
      await connectionRows.remove(tx, row);
      this.records.connection(tx, 'connection.delete', row);
    });
  }
}

async function mayUse(tx: Transaction, row: ConnectionRow | null): Promise<ConnectionRow> {
  if (!row) throw connectionProblem('connections.not_found');
  if (tx.scope.environment !== undefined) await mayUseEhr(tx, row.ehrId);
  return row;
}

async function mayUseEhr(tx: Transaction, ehrId: string): Promise<EhrRow> {
  const ehr = await ehrRows.find(tx, ehrId);
  if (!ehr) throw ehrProblem('ehrs.not_found');
  assertEnvironment(tx.scope, ehr.environment);
  return ehr;
}

function present(row: ConnectionRow): Connection {
  const { id, tenantId, ehrId, externalId, version, createdAt, updatedAt } = row;
  return { id, tenantId, ehrId, ...(externalId === null ? {} : { externalId }), version, createdAt, updatedAt };
}
