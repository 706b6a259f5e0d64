import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { Work, WriteWindows } from '@registrar/registrations';
import { nextOpening, openNow } from './openings.js';
import { policyOf } from './registration-policy.repository.js';
import { rotationInput } from './rotation-input.js';

const DAY_MS = 86_400_000;

/** Windows and freezes bind every upstream write in production; only what is compromised does not wait. */
export class PolicyWindows implements WriteWindows {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async opensAt(work: Work): Promise<Date | undefined> {
    if (work.operation.kind === 'rotate' && rotationInput(work).reason === 'compromised') return undefined;
    const now = this.clock.now();
    const policy = await policyOf(this.database, work.scope, work.registration.id);
    if (openNow(policy, now)) return undefined;
    // Where nothing opens within a year, somebody has to change a policy; it is looked at again then.
    return nextOpening(policy, now)?.from ?? new Date(now.getTime() + DAY_MS);
  }
}
