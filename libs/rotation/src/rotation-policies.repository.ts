import { violatedConstraint, type PageRequest, type Transaction } from '@registrar/database';
import { LessThan, type FindOptionsWhere } from 'typeorm';
import type { PolicyRules } from './policy.js';
import { RotationPolicyEntity } from './rotation-policy.entity.js';
import type { PolicyFilter, RotationPolicy } from './rotation-policy.js';

type Row = Pick<RotationPolicyEntity, keyof RotationPolicyEntity>;

/** The rows of policies, within the scope of the open transaction. */
export const policyRows = {
  page(tx: Transaction, filter: PolicyFilter, request: PageRequest): Promise<RotationPolicy[]> {
    const where: FindOptionsWhere<RotationPolicyEntity> = { workspaceId: tx.scope.workspaceId };
    const applicationId = filter.applicationId ?? tx.scope.applicationId;
    if (applicationId !== undefined) where.applicationId = applicationId;
    if (filter.ehrId !== undefined) where.ehrId = filter.ehrId;
    if (filter.tenantId !== undefined) where.tenantId = filter.tenantId;
    if (request.after !== undefined) where.id = LessThan(request.after);
    return tx.repository(RotationPolicyEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  async lock(tx: Transaction, subject: Pick<RotationPolicy, 'applicationId' | 'ehrId' | 'tenantId'>): Promise<RotationPolicy | undefined> {
    const [row] = await tx.query<RotationPolicy>(
      `SELECT id, application_id AS "applicationId", ehr_id AS "ehrId", tenant_id AS "tenantId", rules, version, created_at AS "createdAt", updated_at AS "updatedAt"
         FROM rotation_policies WHERE application_id = $1 OR ehr_id = $2 OR tenant_id = $3 FOR UPDATE`,
      [subject.applicationId, subject.ehrId, subject.tenantId],
    );
    return row;
  },

  /** @returns false where what it is for is not there. */
  async save(tx: Transaction, row: Row): Promise<boolean> {
    const values = [row.workspaceId, row.id, row.applicationId, row.ehrId, row.tenantId, JSON.stringify(row.rules), row.version];
    try {
      await tx.query(SAVE, [...values, row.createdAt, row.updatedAt]);
      return true;
    } catch (error) {
      if (violatedConstraint(error)?.endsWith('_fkey')) return false;
      throw error;
    }
  },

  /** What the other policies say of the registrations that this one is for: each combination once. */
  async beside(tx: Transaction, subject: Pick<RotationPolicy, 'applicationId' | 'ehrId' | 'tenantId'>): Promise<PolicyRules[][]> {
    const rows = await tx.query<{ layers: (PolicyRules | null)[] }>(BESIDE, [subject.applicationId, subject.ehrId, subject.tenantId]);
    return rows.map(({ layers }) => layers.flatMap((layer) => (layer === null ? [] : [layer])));
  },

  /** Has the registrations that a policy is for scheduled anew. */
  async reschedule(tx: Transaction, subject: Pick<RotationPolicy, 'applicationId' | 'ehrId' | 'tenantId'>): Promise<void> {
    await tx.query(
      `UPDATE registrations SET reschedule = true WHERE workspace_id = $4 AND status <> 'deregistered' AND (application_id = $1 OR ehr_id = $2 OR tenant_id = $3)`,
      [subject.applicationId, subject.ehrId, subject.tenantId, tx.scope.workspaceId],
    );
  },
};

const SAVE = `
INSERT INTO rotation_policies (workspace_id, id, application_id, ehr_id, tenant_id, rules, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)
ON CONFLICT (workspace_id, id) DO UPDATE SET rules = excluded.rules, version = excluded.version, updated_at = excluded.updated_at`;

const BESIDE = `
SELECT DISTINCT jsonb_build_array(a.rules, e.rules, t.rules) AS layers
  FROM registrations r
  LEFT JOIN rotation_policies a ON a.workspace_id = r.workspace_id AND a.application_id = r.application_id AND $1::uuid IS NULL
  LEFT JOIN rotation_policies e ON e.workspace_id = r.workspace_id AND e.ehr_id = r.ehr_id AND $2::uuid IS NULL
  LEFT JOIN rotation_policies t ON t.workspace_id = r.workspace_id AND t.tenant_id = r.tenant_id AND $3::uuid IS NULL
 WHERE r.status <> 'deregistered' AND (r.application_id = $1 OR r.ehr_id = $2 OR r.tenant_id = $3)
   AND (coalesce(a.rules ?| '{window,freezes}', false) OR coalesce(e.rules ?| '{window,freezes}', false) OR coalesce(t.rules ?| '{window,freezes}', false))`;
