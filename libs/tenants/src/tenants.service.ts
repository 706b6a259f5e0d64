import type { Clock } from '@registrar/clock';
import {
  type Database,
  pageOf,
  publicId,
  violatedConstraint,
  type Page,
  type PageRequest,
  type Transaction,
  type UnitOfWork,
} from '@registrar/database';

import { newId } from '@registrar/vault';
import type { NewTenant, Tenant, TenantChange, TenantFilter } from './tenant.js';
import type { TenantRow } from './tenant.entity.js';
import { tenantProblem } from './tenants.problems.js';
import type { TenantRecords } from './tenants.records.js';
import { tenantRows } from './tenants.repository.js';

/** The hospitals of a workspace. */
export class TenantsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: TenantRecords,
  ) {}

  /** @throws Problem tenants.external_id_taken, with `existing_id` | tenants.bound_key */
  async create(scope: UnitOfWork, tenant: NewTenant): Promise<Tenant> {
    if (scope.tenantIds !== undefined) throw tenantProblem('tenants.bound_key');
    const now = this.clock.now();
    const row: TenantRow = {
      workspaceId: scope.workspaceId,
      id: newId(),
      name: tenant.name,
      externalId: tenant.externalId ?? null,
      contacts: [...(tenant.contacts ?? [])],
      metadata: { ...tenant.metadata },
      status: 'active',
      suspendedAt: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    return this.#write(scope, row.externalId, async (tx) => {
      await tenantRows.insert(tx, row);
      this.records.created(tx, row);
      return present(row);
    });
  }

  /** @throws Problem tenants.not_found */
  get(scope: UnitOfWork, id: string): Promise<Tenant> {
    return this.database.transaction(scope, async (tx) => present(found(await tenantRows.find(tx, id))));
  }

  list(scope: UnitOfWork, filter: TenantFilter, request: PageRequest): Promise<Page<Tenant>> {
    return this.database.transaction(scope, async (tx) => pageOf(await tenantRows.page(tx, filter, request), request, present));
  }

  /**
   * Changes what is named. `contacts` and `metadata` are replaced as a whole.
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem tenants.not_found | tenants.changed_meanwhile | tenants.external_id_taken
   */
  change(scope: UnitOfWork, id: string, change: TenantChange, expected?: number): Promise<Tenant> {
    return this.#write(scope, change.externalId, async (tx) => {
      const row = found(await tenantRows.lock(tx, id));
      if (expected !== undefined && expected !== row.version) throw tenantProblem('tenants.changed_meanwhile');
      if (change.name !== undefined) row.name = change.name;
      if (change.externalId !== undefined) row.externalId = change.externalId;
      if (change.contacts !== undefined) row.contacts = [...change.contacts];
      if (change.metadata !== undefined) row.metadata = { ...change.metadata };
      row.version += 1;
      row.updatedAt = this.clock.now();
      await tenantRows.update(tx, row);
      this.records.changed(tx, row, membersOf(change));
      return present(row);
    });
  }

  async #write<T>(scope: UnitOfWork, externalId: string | null | undefined, work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(scope, work);
    } catch (error) {
      if (violatedConstraint(error) !== 'tenants_external_id' || externalId === undefined || externalId === null) throw error;
      const existing = await this.database.transaction(scope, (tx) => tenantRows.withExternalId(tx, externalId));
      throw tenantProblem('tenants.external_id_taken', existing ? { extra: { existing_id: publicId('ten', existing.id) } } : {});
    }
  }
}

/** @throws Problem tenants.not_found */
export function found(row: TenantRow | null): TenantRow {
  if (!row) throw tenantProblem('tenants.not_found');
  return row;
}

export function present(row: TenantRow): Tenant {
  return {
    id: row.id,
    name: row.name,
    ...(row.externalId === null ? {} : { externalId: row.externalId }),
    contacts: row.contacts,
    metadata: row.metadata,
    status: row.status,
    ...(row.suspendedAt ? { suspendedAt: row.suspendedAt } : {}),
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function membersOf(change: object): string[] {
  return Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
