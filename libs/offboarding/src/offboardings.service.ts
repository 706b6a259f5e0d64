import type { Clock } from '@registrar/clock';
import {
  pageOf,
  publicId,
  violatedConstraint,
  type Database,
  type PageRequest,
  type Transaction,
  type UnitOfWork,
} from '@registrar/database';
import type { Deregistrations, DueItems } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { findTenant, lockTenant, setTenantStatus, type LeavingTenant } from './leaving-tenant.repository.js';
import type { Offboarding, OffboardingCounts, OffboardingPlan, OffboardingWanted, PlannedLeaving } from './offboarding.js';
import { countLeaving, planLeaving } from './offboarding-plan.repository.js';
import { offboardingProblem } from './offboarding.problems.js';
import type { OffboardingRecords } from './offboarding.records.js';
import { offboardingRows } from './offboardings.repository.js';

export interface OffboardingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly records: OffboardingRecords;
  readonly deregistrations: Deregistrations;
  readonly due: DueItems;
}

/** How many of those that stand in the way are named. */
const NAMED = 1_000;

/** How soon to look whether everything has ended. */
export const LOOK_AGAIN_MS = 1_000;

/** Ends everything of a hospital, at its EHRs and here, with a certificate of what became of it. */
export class Offboardings {
  constructor(private readonly parts: OffboardingParts) {}

  /** What it would do, one part of the registrations at a time; nothing is written. @throws Problem offboarding.tenant_not_found */
  plan(scope: UnitOfWork, tenantId: string, page: PageRequest): Promise<OffboardingPlan> {
    return this.parts.database.transaction(scope, async (tx) => {
      known(await findTenant(tx, tenantId));
      const rows = (await planLeaving(tx, tenantId, page)).map((one) => ({ ...one, id: one.registrationId }));
      return { tenantId, counts: await countLeaving(tx, tenantId), registrations: pageOf(rows, page, (row): PlannedLeaving => row) };
    });
  }

  /**
   * Begins it now, or when the business clock has come to `effectiveAt`; until then it can be cancelled.
   * @throws Problem offboarding.tenant_not_found | .already | .outcome_unknown (with registration_ids) | .bound_key
   */
  async start(scope: UnitOfWork, tenantId: string, wanted: OffboardingWanted): Promise<Offboarding> {
    if (scope.applicationId !== undefined || scope.environment !== undefined) throw offboardingProblem('offboarding.bound_key');
    try {
      return await this.parts.database.transaction(scope, async (tx) => {
        const tenant = known(await lockTenant(tx, tenantId));
        if (tenant.status !== 'active') throw offboardingProblem('offboarding.already');
        await refuseUnknown(tx, tenantId, wanted.waiver);
        const now = this.parts.clock.now();
        const { effectiveAt = now, reason = null, waiver = null } = wanted;
        const id = newId();
        await offboardingRows.insert(tx, { id, tenantId, effectiveAt, reason, waiver, createdAt: now });
        const detail = {
          effective_at: effectiveAt.toISOString(),
          ...(reason === null ? {} : { reason }),
          ...(waiver === null ? {} : { waiver }),
        };
        this.parts.records.write(tx, 'schedule', { id, tenantId }, detail);
        if (effectiveAt <= now) await this.begin(tx, { id, tenantId });
        else await this.parts.due.set(tx, id, { at: effectiveAt });
        return current(await offboardingRows.ofTenant(tx, tenantId));
      });
    } catch (error) {
      if (violatedConstraint(error) === 'offboardings_open') throw offboardingProblem('offboarding.already');
      throw error;
    }
  }

  /** Only while nothing is deleted: what is gone at an EHR does not come back. @throws Problem offboarding.not_found | offboarding.begun */
  cancel(scope: UnitOfWork, tenantId: string): Promise<Offboarding> {
    return this.parts.database.transaction(scope, async (tx) => {
      known(await lockTenant(tx, tenantId));
      const offboarding = current(await offboardingRows.ofTenant(tx, tenantId));
      if (offboarding.status !== 'scheduled') throw offboardingProblem('offboarding.begun', { detail: `It is ${offboarding.status}.` });
      await offboardingRows.cancel(tx, offboarding.id, this.parts.clock.now());
      await this.parts.due.clear(tx, offboarding.id);
      this.parts.records.write(tx, 'cancel', offboarding, {});
      return current(await offboardingRows.ofTenant(tx, tenantId));
    });
  }

  /** @throws Problem offboarding.tenant_not_found | offboarding.not_found */
  get(scope: UnitOfWork, tenantId: string): Promise<{ readonly offboarding: Offboarding; readonly counts: OffboardingCounts }> {
    return this.parts.database.transaction(scope, async (tx) => {
      known(await findTenant(tx, tenantId));
      return { offboarding: current(await offboardingRows.ofTenant(tx, tenantId)), counts: await offboardingRows.counts(tx, tenantId) };
    });
  }

  /** From this commit on nothing new is made or sent for the hospital (T27), and everything of it is on its way out. */
  async begin(tx: Transaction, offboarding: Pick<Offboarding, 'id' | 'tenantId'>): Promise<void> {
    const { id, tenantId } = offboarding;
    const now = this.parts.clock.now();
    known(await lockTenant(tx, tenantId));
    await setTenantStatus(tx, tenantId, 'offboarding', now);
    await offboardingRows.begin(tx, id, now);
    const leaving = await this.parts.deregistrations.begin(tx, await offboardingRows.open(tx, tenantId));
    this.parts.records.write(tx, 'begin', offboarding, { registrations: leaving });
    await this.parts.due.set(tx, id, { inMs: LOOK_AGAIN_MS });
  }
}

async function refuseUnknown(tx: Transaction, tenantId: string, waiver: string | undefined): Promise<void> {
  if (waiver !== undefined) return;
  const unknown = (await planLeaving(tx, tenantId, { limit: NAMED }, 'unknown')).slice(0, NAMED);
  if (unknown.length === 0) return;
  const ids = unknown.map(({ registrationId }) => publicId('reg', registrationId));
  throw offboardingProblem('offboarding.outcome_unknown', { extra: { registration_ids: ids } });
}

function known(tenant: LeavingTenant | undefined): LeavingTenant {
  if (!tenant) throw offboardingProblem('offboarding.tenant_not_found');
  return tenant;
}

function current(row: Offboarding | undefined): Offboarding {
  if (!row) throw offboardingProblem('offboarding.not_found');
  return row;
}
