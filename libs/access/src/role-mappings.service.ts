import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import { pageOf, publicId, type Database, type Environment, type Page, type PageRequest, type UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import { accessProblem } from './access.problems.js';
import { apiKeyRows } from './api-keys.repository.js';
import { isUnbound } from './principal.js';
import { presentMapping, type RoleMapping, type RoleMappingRow } from './role-mapping.entity.js';
import { roleMappingRows } from './role-mappings.repository.js';
import type { Role } from './role.js';

export interface NewRoleMapping {
  readonly group: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[] | undefined;
  readonly applicationId?: string | undefined;
  readonly environment?: Environment | undefined;
}

/** Which role the provider's groups have in a workspace; the workspace decides on it, and without a mapping nobody comes in. */
export class RoleMappingsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Problem access.unknown_binding | access.bound_key | access.group_mapped_already */
  async create(scope: UnitOfWork, wanted: NewRoleMapping): Promise<RoleMapping> {
    refuseBound(scope);
    const tenantIds = wanted.tenantIds && [...new Set(wanted.tenantIds)];
    return this.database.transaction(scope, async (tx) => {
      if (await apiKeyRows.missingBindings(tx, tenantIds ?? [], wanted.applicationId)) throw accessProblem('access.unknown_binding');
      const row: RoleMappingRow = {
        workspaceId: scope.workspaceId,
        id: newId(),
        group: wanted.group,
        role: wanted.role,
        tenantIds: tenantIds ?? null,
        applicationId: wanted.applicationId ?? null,
        environment: wanted.environment ?? null,
        createdAt: this.clock.now(),
      };
      if (!(await roleMappingRows.insert(tx, row))) throw accessProblem('access.group_mapped_already');
      this.audit.append(tx, {
        action: 'role_mapping.create',
        subject: { type: 'role_mapping', id: row.id },
        detail: {
          group: row.group,
          role: row.role,
          ...(row.tenantIds ? { tenant_ids: row.tenantIds.map((id) => publicId('ten', id)) } : {}),
          ...(row.applicationId === null ? {} : { application_id: publicId('app', row.applicationId) }),
          ...(row.environment === null ? {} : { environment: row.environment }),
        },
      });
      return presentMapping(row);
    });
  }

  /** @throws Problem access.bound_key */
  async list(scope: UnitOfWork, request: PageRequest): Promise<Page<RoleMapping>> {
    refuseBound(scope);
    return this.database.transaction(scope, async (tx) => pageOf(await roleMappingRows.page(tx, request), request, presentMapping));
  }

  /**
   * Takes the role from the group, from everybody who is signed in by it too, within a second.
   * @throws Problem access.role_mapping_not_found | access.bound_key
   */
  async remove(scope: UnitOfWork, id: string): Promise<void> {
    refuseBound(scope);
    await this.database.transaction(scope, async (tx) => {
      const row = await roleMappingRows.find(tx, id);
      if (!row) throw accessProblem('access.role_mapping_not_found');
      await roleMappingRows.remove(tx, id);
      const detail = { group: row.group, role: row.role };
      this.audit.append(tx, { action: 'role_mapping.delete', subject: { type: 'role_mapping', id }, detail });
    });
  }
}

// Whoever is bound would otherwise let somebody see more than itself.
function refuseBound(scope: UnitOfWork): void {
  if (!isUnbound(scope)) throw accessProblem('access.bound_key');
}
