import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import { shredTenantKeys, tenantKeyIds } from '@registrar/vault';
import type { CertificateSigner } from './certificate-signer.js';
import { SHREDDING_TYPE, shreddingText } from './certificate.js';
import { findTenant, forgetPeople, lockTenant, type LeavingTenant } from './leaving-tenant.repository.js';
import type { Offboarding } from './offboarding.js';
import { offboardingProblem } from './offboarding.problems.js';
import type { OffboardingRecords } from './offboarding.records.js';
import { offboardingRows } from './offboardings.repository.js';

export interface ShreddingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly records: OffboardingRecords;
  readonly signer: CertificateSigner;
  readonly keyringRetentionDays: number;
}

/**
 * Destroys a hospital's data keys, so that what is sealed under them cannot be opened again, here or in a backup of the data.
 * A second step, after the certificate, by another principal than the one who off-boarded. Audit and certificates stay.
 */
export class Shredding {
  constructor(private readonly parts: ShreddingParts) {}

  /** @throws Problem offboarding.tenant_not_found | .not_found | .not_ended | .shredded_already | .own_request | .bound_key */
  async shred(scope: UnitOfWork, tenantId: string): Promise<void> {
    if (scope.applicationId !== undefined || scope.environment !== undefined) throw offboardingProblem('offboarding.bound_key');
    const { database, clock, records, signer, keyringRetentionDays } = this.parts;
    const now = clock.now();
    const { text, ids } = await database.transaction(scope, async (tx) => {
      const { tenant, offboarding } = await shreddable(tx, scope, tenantId, await findTenant(tx, tenantId));
      const keyIds = await tenantKeyIds(tx, tenantId);
      return { ids: keyIds, text: shreddingText(scope.workspaceId, tenant, offboarding, keyIds, scope.actor, keyringRetentionDays, now) };
    });
    const proof = await signer.sign(scope.workspaceId, SHREDDING_TYPE, text);
    await database.transaction(scope, async (tx) => {
      const { offboarding } = await shreddable(tx, scope, tenantId, await lockTenant(tx, tenantId));
      await shredTenantKeys(tx, tenantId);
      await forgetPeople(tx, tenantId, now);
      await offboardingRows.shred(tx, offboarding.id, proof, now);
      records.write(tx, 'shred', offboarding, { keys: ids, proof_sha256: proof.sha256 });
    });
  }
}

async function shreddable(
  tx: Transaction,
  scope: UnitOfWork,
  tenantId: string,
  tenant: LeavingTenant | undefined,
): Promise<{ readonly tenant: LeavingTenant; readonly offboarding: Offboarding }> {
  if (!tenant) throw offboardingProblem('offboarding.tenant_not_found');
  const offboarding = await offboardingRows.ofTenant(tx, tenantId);
  if (!offboarding) throw offboardingProblem('offboarding.not_found');
  if (offboarding.shreddedAt) throw offboardingProblem('offboarding.shredded_already');
  if (offboarding.status !== 'done') throw offboardingProblem('offboarding.not_ended', { detail: `It is ${offboarding.status}.` });
  const { requestedBy } = offboarding;
  if (requestedBy.type === scope.actor.type && requestedBy.id === scope.actor.id) throw offboardingProblem('offboarding.own_request');
  return { tenant, offboarding };
}
