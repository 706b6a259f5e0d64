import type { PageRequest, Transaction } from '@registrar/database';
import type { ApplicationKind } from '@registrar/dcr';
import { In, LessThan, type FindOptionsWhere } from 'typeorm';
import { ApplicationOverrideEntity, type ApplicationOverrideRow } from './application-override.entity.js';
import { ApplicationRevisionEntity, type ApplicationRevisionRow } from './application-revision.entity.js';
import { ApplicationEntity, type ApplicationRow } from './application.entity.js';

/** The rows of applications, within the scope of the open transaction; a caller bound to one application finds no other. */
export const applicationRows = {
  find: (tx: Transaction, id: string): Promise<ApplicationRow | null> =>
    hidden(tx, id) ? Promise.resolve(null) : tx.repository(ApplicationEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  lock: (tx: Transaction, id: string): Promise<ApplicationRow | null> =>
    hidden(tx, id)
      ? Promise.resolve(null)
      : tx.repository(ApplicationEntity).findOne({ where: { workspaceId: tx.scope.workspaceId, id }, lock: { mode: 'pessimistic_write' } }),

  page(tx: Transaction, filter: { readonly kind?: ApplicationKind | undefined }, request: PageRequest): Promise<ApplicationRow[]> {
    const where: FindOptionsWhere<ApplicationEntity> = { workspaceId: tx.scope.workspaceId };
    if (filter.kind !== undefined) where.kind = filter.kind;
    if (request.after !== undefined) where.id = LessThan(request.after);
    if (tx.scope.applicationId !== undefined) return tx.repository(ApplicationEntity).findBy([{ ...where, id: tx.scope.applicationId }]);
    return tx.repository(ApplicationEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  /** The current revision of each application, by the application's id. */
  async currentRevisions(tx: Transaction, rows: readonly ApplicationRow[]): Promise<ReadonlyMap<string, ApplicationRevisionRow>> {
    if (rows.length === 0) return new Map();
    const where = rows.map((row) => ({ workspaceId: tx.scope.workspaceId, applicationId: row.id, number: row.currentRevision }));
    const revisions = await tx.repository(ApplicationRevisionEntity).find({ where });
    return new Map(revisions.map((revision) => [revision.applicationId, revision]));
  },

  async insert(tx: Transaction, row: ApplicationRow): Promise<void> {
    await tx.repository(ApplicationEntity).insert(row);
  },

  async update(tx: Transaction, row: ApplicationRow): Promise<void> {
    const { workspaceId, id, ...values } = row;
    await tx.repository(ApplicationEntity).update({ workspaceId, id }, values);
  },

  async insertRevision(tx: Transaction, row: ApplicationRevisionRow): Promise<void> {
    const { workspaceId, applicationId, number, id, clientMetadata, requiredScopes, optionalScopes, launchUrl, createdAt } = row;
    const values = [workspaceId, applicationId, number, id, JSON.stringify(clientMetadata), JSON.stringify(requiredScopes)];
    await tx.query(INSERT_REVISION, [...values, JSON.stringify(optionalScopes), launchUrl, createdAt]);
  },

  override: (tx: Transaction, applicationId: string, ehrId: string): Promise<ApplicationOverrideRow | null> =>
    tx.repository(ApplicationOverrideEntity).findOneBy({ workspaceId: tx.scope.workspaceId, applicationId, ehrId }),

  overrides: (tx: Transaction, applicationIds: readonly string[]): Promise<ApplicationOverrideRow[]> =>
    tx.repository(ApplicationOverrideEntity).findBy({ workspaceId: tx.scope.workspaceId, applicationId: In([...applicationIds]) }),

  async saveOverride(tx: Transaction, row: ApplicationOverrideRow): Promise<void> {
    const { workspaceId, applicationId, ehrId, clientMetadata, version, createdAt, updatedAt } = row;
    await tx.query(SAVE_OVERRIDE, [workspaceId, applicationId, ehrId, JSON.stringify(clientMetadata), version, createdAt, updatedAt]);
  },
};

// Client metadata is JSON of any depth, which TypeORM's types of an insert cannot follow.
const INSERT_REVISION = `
INSERT INTO application_revisions (workspace_id, application_id, number, id, client_metadata, required_scopes, optional_scopes, launch_url, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const SAVE_OVERRIDE = `
INSERT INTO application_overrides (workspace_id, application_id, ehr_id, client_metadata, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, application_id, ehr_id) DO UPDATE
   SET client_metadata = excluded.client_metadata, version = excluded.version, updated_at = excluded.updated_at`;

function hidden(tx: Transaction, id: string): boolean {
  return tx.scope.applicationId !== undefined && tx.scope.applicationId !== id;
}
