import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import { pageOf, violatedConstraint, type Database, type Page, type PageRequest, type UnitOfWork } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { newId } from '@registrar/vault';
import { checkPolicy, checkTogether } from './check-policy.js';
import type { PolicyRules } from './policy.js';
import { policyRows } from './rotation-policies.repository.js';
import { hurryWorkspace } from './schedule.repository.js';
import type { PolicyFilter, PolicySubject, RotationPolicy } from './rotation-policy.js';
import { rotationProblem } from './rotation.problems.js';

/** When credentials are rotated: what product teams, and hospitals through them, say of it. */
export class RotationPolicies {
  constructor(
    private readonly database: Database,
    private readonly records: { readonly audit: AuditLog; readonly events: EventLog },
    private readonly clock: Clock,
  ) {}

  list(scope: UnitOfWork, filter: PolicyFilter, page: PageRequest): Promise<Page<RotationPolicy>> {
    return this.database.transaction(scope, async (tx) => pageOf(await policyRows.page(tx, filter, page), page, (row) => row));
  }

  /**
   * Makes or replaces the policy of a subject; the registrations that it is for are scheduled anew soon after.
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem rotation_policies.refused (with errors) | rotation_policies.subject_not_found | rotation_policies.changed_meanwhile |
   * rotation_policies.bound_key
   */
  async put(scope: UnitOfWork, wanted: PolicySubject, rules: PolicyRules, expected?: number): Promise<RotationPolicy> {
    const subject = { applicationId: null, ehrId: null, tenantId: null, ...wanted };
    mayPut(scope, subject);
    const now = this.clock.now();
    refuse(checkPolicy(rules, now));
    try {
      return await this.database.transaction(scope, async (tx) => {
        const before = await policyRows.lock(tx, subject);
        if (expected !== undefined && expected !== before?.version) throw rotationProblem('rotation_policies.changed_meanwhile');
        if (rules.window || rules.freezes) refuse(checkTogether(rules, await policyRows.beside(tx, subject), now));
        const row: RotationPolicy = {
          id: before?.id ?? newId(),
          ...subject,
          rules,
          version: (before?.version ?? 0) + 1,
          createdAt: before?.createdAt ?? now,
          updatedAt: now,
        };
        if (!(await policyRows.save(tx, { workspaceId: scope.workspaceId, ...row })))
          throw rotationProblem('rotation_policies.subject_not_found');
        await policyRows.reschedule(tx, subject);
        await hurryWorkspace(tx, now);
        const tenant = subject.tenantId === null ? {} : { tenantId: subject.tenantId };
        const entry = { subject: { type: 'rotation_policy', id: row.id } as const, ...tenant };
        this.records.audit.append(tx, { action: 'rotation_policy.update', ...entry, detail: { version: row.version, rules } });
        this.records.events.append(tx, { type: 'rotation_policy.updated', ...entry, data: { version: row.version } });
        return row;
      });
    } catch (error) {
      // Two first ones at once: the index lets one through.
      if (violatedConstraint(error)?.startsWith('rotation_policies_')) throw rotationProblem('rotation_policies.changed_meanwhile');
      throw error;
    }
  }
}

function mayPut(scope: UnitOfWork, subject: Pick<RotationPolicy, 'applicationId' | 'ehrId' | 'tenantId'>): void {
  if (scope.applicationId !== undefined && scope.applicationId !== subject.applicationId)
    throw rotationProblem('rotation_policies.bound_key');
  if (scope.tenantIds === undefined) return;
  if (subject.tenantId === null) throw rotationProblem('rotation_policies.bound_key');
  if (!scope.tenantIds.includes(subject.tenantId)) throw rotationProblem('rotation_policies.subject_not_found');
}

function refuse(errors: ReturnType<typeof checkPolicy>): void {
  if (errors.length > 0) throw rotationProblem('rotation_policies.refused', { errors });
}
