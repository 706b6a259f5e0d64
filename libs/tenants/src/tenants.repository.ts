import type { PageRequest, Transaction } from '@registrar/database';
import { LessThan, type FindOptionsWhere } from 'typeorm';
import { TenantEntity, type TenantRow } from './tenant.entity.js';
import type { TenantFilter } from './tenant.js';

/** The rows of tenants, within the scope of the open transaction. */
export const tenantRows = {
  find: (tx: Transaction, id: string): Promise<TenantRow | null> =>
    tx.repository(TenantEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  lock: (tx: Transaction, id: string): Promise<TenantRow | null> =>
    tx.repository(TenantEntity).findOne({ where: { workspaceId: tx.scope.workspaceId, id }, lock: { mode: 'pessimistic_write' } }),

  withExternalId: (tx: Transaction, externalId: string): Promise<TenantRow | null> =>
    tx.repository(TenantEntity).findOneBy({ workspaceId: tx.scope.workspaceId, externalId }),

  page(tx: Transaction, filter: TenantFilter, request: PageRequest): Promise<TenantRow[]> {
    const where: FindOptionsWhere<TenantEntity> = { workspaceId: tx.scope.workspaceId };
    if (filter.externalId !== undefined) where.externalId = filter.externalId;
    if (filter.status !== undefined) where.status = filter.status;
    if (request.after !== undefined) where.id = LessThan(request.after);
    return tx.repository(TenantEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  async insert(tx: Transaction, row: TenantRow): Promise<void> {
    await tx.repository(TenantEntity).insert(row);
  },

  async update(tx: Transaction, row: TenantRow): Promise<void> {
    const { workspaceId, id, ...values } = row;
    await tx.repository(TenantEntity).update({ workspaceId, id }, values);
  },
};
