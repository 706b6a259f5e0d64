import type { Database } from '@registrar/database';
import { servedSince } from '@registrar/keys';
import type { Step, StepContext, StepResult, UpstreamAccess, Work } from '@registrar/registrations';
import { cacheMs } from './cache-time.js';
import { policyOf } from './registration-policy.repository.js';
import { rotationInput } from './rotation-input.js';
import { stepDone, waitUntil } from './step-done.js';

/**
 * Waits until the EHR has fetched the key set anew (H-01): as long as it is known to keep what it fetched, and at least as
 * long as the policy says; or until it was seen fetching the new key, where the policy's time is over.
 */
export async function takeSoak(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { pending, upstream } = work;
  const published = work.operation.steps.find(({ name }) => name === 'publish_successor')?.finished_at;
  if (rotationInput(work).immediate || published === undefined || pending?.keySetId === undefined)
    return stepDone(work, step, context, access.clock);
  const { soakMs } = await policyOf(database, work.scope, work.registration.id);
  const since = Date.parse(published);
  const [least, most] = [since + (soakMs ?? 0), since + Math.max(cacheMs(upstream.quirks), soakMs ?? 0)];
  const now = access.clock.now().getTime();
  if (now >= most) return stepDone(work, step, context, access.clock);
  const seen = await servedSince(database, pending.keySetId, pending.kid ?? '', work.itemId);
  if (seen !== undefined && now >= least) return stepDone(work, step, context, access.clock);
  return waitUntil(work, step, context, access.clock, { reason: 'soak', at: new Date(seen === undefined ? most : least) });
}
