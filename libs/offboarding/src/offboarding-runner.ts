import type { Transaction, UnitOfWork } from '@registrar/database';
import { certificateFacts } from './certificate-facts.repository.js';
import type { CertificateSigner } from './certificate-signer.js';
import { CERTIFICATE_TYPE, certificateText } from './certificate.js';
import { findTenant, setTenantStatus } from './leaving-tenant.repository.js';
import type { Offboarding } from './offboarding.js';
import { LOOK_AGAIN_MS, Offboardings, type OffboardingParts } from './offboardings.service.js';
import { offboardingRows } from './offboardings.repository.js';

/** What has ended, and is to be signed outside of the transaction that saw it. */
interface Ended {
  readonly workspaceId: string;
  readonly offboarding: Offboarding;
}

const SIGN_AGAIN_MS = 5_000;

/**
 * Advances off-boardings: begins those whose time has come, and signs the certificate of those whose last registration has
 * ended. It owns nothing that runs: it looks at rows, so whatever dies is looked at by the next worker.
 */
export class OffboardingRunner {
  readonly #offboardings: Offboardings;

  constructor(
    private readonly parts: OffboardingParts,
    private readonly signer: CertificateSigner,
    /** For how many days backups of the keyring are kept; stands in the certificate. */
    private readonly keyringRetentionDays: number,
    private readonly complain: (offboardingId: string, error: unknown) => void,
  ) {
    this.#offboardings = new Offboardings(parts);
  }

  /** Looks at what is due. */
  async look(): Promise<void> {
    const ended: Ended[] = [];
    const { due, clock } = this.parts;
    await due.lookAtDue(
      clock.now(),
      async (tx, id) => {
        const offboarding = await this.#advance(tx, id);
        if (offboarding) ended.push({ workspaceId: tx.scope.workspaceId, offboarding });
      },
      this.complain,
    );
    for (const one of ended) {
      try {
        await this.#certify(one);
      } catch (error) {
        this.complain(one.offboarding.id, error);
      }
    }
  }

  async #advance(tx: Transaction, id: string): Promise<Offboarding | undefined> {
    const { due } = this.parts;
    const offboarding = await offboardingRows.lock(tx, id);
    if (offboarding?.status === 'scheduled') await this.#offboardings.begin(tx, offboarding);
    else if (offboarding?.status === 'running' || offboarding?.status === 'certifying') {
      const open = await offboardingRows.open(tx, offboarding.tenantId);
      await due.set(tx, id, { inMs: open.length > 0 ? LOOK_AGAIN_MS : SIGN_AGAIN_MS });
      if (open.length > 0) {
        // What was being made while it began is sent on its way out too.
        await this.parts.deregistrations.begin(tx, open);
        return undefined;
      }
      await offboardingRows.certify(tx, id);
      return offboarding;
    } else await due.clear(tx, id);
    return undefined;
  }

  /** The facts are read, then signed, then written where nobody else has: none of them changes any more but by a person's word. */
  async #certify({ workspaceId, offboarding }: Ended): Promise<void> {
    const { database, clock, due, records } = this.parts;
    const { id, tenantId } = offboarding;
    const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'offboarding' }, requestId: id };
    const now = clock.now();
    const text = await database.transaction(scope, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) throw new Error('The tenant of an off-boarding is gone');
      return certificateText(workspaceId, tenant, offboarding, await certificateFacts(tx, tenantId), this.keyringRetentionDays, now);
    });
    const certificate = await this.signer.sign(workspaceId, CERTIFICATE_TYPE, text);
    await database.transaction(scope, async (tx) => {
      if ((await offboardingRows.lock(tx, id))?.status !== 'certifying') return;
      await offboardingRows.finish(tx, id, certificate, now);
      await setTenantStatus(tx, tenantId, 'offboarded', now);
      await due.clear(tx, id);
      records.write(tx, 'finish', offboarding, { certificate_sha256: certificate.sha256 });
    });
  }
}
