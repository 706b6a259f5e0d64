import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import { pageOf, type Database, type Page, type PageRequest, type UnitOfWork } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import { newId, type PlatformKeys } from '@registrar/vault';
import { linkToken } from './link-token.js';
import { linksProblem } from './links.problems.js';
import { linkRows } from './links.repository.js';
import type { TenantLinkRow } from './tenant-link.entity.js';

/** A link as those who made it see it. */
export type TenantLink = Omit<TenantLinkRow, 'workspaceId'>;

const LONGEST_MS = 366 * 86_400_000;

/** Links by which a hospital sees, without an account, what is held at it. */
export class Links {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly platformKeys: PlatformKeys,
  ) {}

  /**
   * Makes one; its token is in this answer alone.
   * @throws Problem links.tenant_not_found | links.expiry_refused | links.narrowed_caller
   */
  async create(
    scope: UnitOfWork,
    tenantId: string,
    wanted: { readonly expiresAt: Date; readonly note?: string },
  ): Promise<{ readonly link: TenantLink; readonly token: Secret }> {
    if (scope.applicationId !== undefined || scope.environment !== undefined) throw linksProblem('links.narrowed_caller');
    const now = this.clock.now();
    // To the second, as the token says it.
    const expiresAt = new Date(Math.floor(wanted.expiresAt.getTime() / 1_000) * 1_000);
    if (expiresAt <= now || expiresAt.getTime() - now.getTime() > LONGEST_MS) throw linksProblem('links.expiry_refused');
    const key = await this.platformKeys.key('link');
    const row: TenantLinkRow = {
      ...{ workspaceId: scope.workspaceId, id: newId(), tenantId, note: wanted.note ?? null, createdBy: scope.actor },
      ...{ createdAt: now, expiresAt, revokedAt: null, openedAt: null },
    };
    await this.database.transaction(scope, async (tx) => {
      if (!(await linkRows.tenantExists(tx, tenantId))) throw linksProblem('links.tenant_not_found');
      await linkRows.insert(tx, row);
      const subject = { type: 'tenant_link', id: row.id } as const;
      this.audit.append(tx, { action: 'tenant_link.create', subject, tenantId, detail: { expires_at: expiresAt } });
    });
    return { link: row, token: linkToken(key, { workspaceId: scope.workspaceId, tenantId, linkId: row.id, expiresAt }) };
  }

  /** @throws Problem links.tenant_not_found */
  async list(scope: UnitOfWork, tenantId: string, request: PageRequest): Promise<Page<TenantLink>> {
    const rows = await this.database.transaction(scope, async (tx) => {
      if (!(await linkRows.tenantExists(tx, tenantId))) throw linksProblem('links.tenant_not_found');
      return linkRows.page(tx, tenantId, request);
    });
    return pageOf(rows, request, (row) => row);
  }

  /** From the commit on nobody opens it, anywhere. Again is the same. @throws Problem links.not_found */
  async revoke(scope: UnitOfWork, tenantId: string, id: string): Promise<TenantLink> {
    return this.database.transaction(scope, async (tx) => {
      const row = await linkRows.lock(tx, tenantId, id);
      if (!row) throw linksProblem('links.not_found');
      if (row.revokedAt) return row;
      const now = this.clock.now();
      await linkRows.revoke(tx, id, now);
      this.audit.append(tx, { action: 'tenant_link.revoke', subject: { type: 'tenant_link', id }, tenantId });
      return { ...row, revokedAt: now };
    });
  }
}
