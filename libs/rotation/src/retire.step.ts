import type { Database } from '@registrar/database';
import { faultPoint } from '@registrar/faults';
import {
  examineCredential,
  ownerOf,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  type WorkCredential,
} from '@registrar/registrations';
import { cacheMs } from './cache-time.js';
import { putKeys } from './put-keys.step.js';
import { noteRetirement, overlappingKeys, replacedAt, retirementOf } from './retirement.repository.js';
import { rotationInput } from './rotation-input.js';
import { stepProblem } from './rotation-step.problems.js';
import { endWith, STOP, stepDone } from './step-done.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Takes the old key out of what is published. Not before its successor is proven, and never the last one. */
export async function takeRemovePredecessor(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { previous, current } = work;
  if (!previous?.keySetId) return stepDone(work, step, context, access.clock);
  const compromised = rotationInput(work).reason === 'compromised';
  // What is compromised left the set when its successor was published.
  const published = work.operation.steps.find(({ name }) => name === 'publish_successor')?.finished_at;
  const removed = compromised && published !== undefined ? new Date(published) : access.clock.now();
  await noteRetirement(database, work.scope, previous.id, {
    removed_at: removed.toISOString(),
    last_cache_ends_at: new Date(removed.getTime() + cacheMs(work.upstream.quirks)).toISOString(),
  });
  const leaving = compromised && current ? { keepOnly: current.id } : { withdraw: [previous.id] };
  return stepDone(work, step, context, access.clock, { rows: { keySets: [{ id: previous.keySetId, ...leaving }] } });
}

/** Takes the old key away at the server, and leaves it those whose overlap is open still (H-02). Where it does not take that, the registration is well and has a key too many. */
export async function takePutNew(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { client, current, previous } = work;
  if (!client || !current?.publicJwk || !previous) return STOP;
  const now = access.clock.now();
  await noteRetirement(database, work.scope, previous.id, { removed_at: now.toISOString(), last_cache_ends_at: now.toISOString() });
  const earlier = rotationInput(work).reason === 'compromised' ? [] : await overlappingKeys(database, work, previous.id);
  return putKeys(work, step, context, access, {
    client,
    said: { jwks: [...earlier, current.publicJwk] },
    refused: stepProblem('rotations.extra_key'),
  });
}

/**
 * Shows that the old credential is refused by now, then destroys it. In production nobody wants a failed log-in: there it is
 * destroyed at once, and what is shown is when it was removed and when the last cache of it ends.
 */
export async function takeShowRefused(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { previous } = work;
  await faultPoint('S6');
  const owner = previous && ownerOf(work, previous);
  if (!previous || !owner) return stepDone(work, step, context, access.clock);
  const now = access.clock.now();
  const known = await retirementOf(database, work.scope, previous.id);
  if (work.registration.environment === 'production') {
    await noteRetirement(database, work.scope, previous.id, {
      removed_at: known?.removed_at ?? now.toISOString(),
      ...known,
      shown: 'removed',
    });
    return stepDone(work, step, context, access.clock, retired(work, previous));
  }
  const ends = known?.last_cache_ends_at === undefined ? now : new Date(known.last_cache_ends_at);
  // Until then the EHR may take it from its cache: the scheduler comes back to it, and the key is kept for that look.
  if (ends > now && rotationInput(work).reason !== 'compromised') {
    await noteRetirement(database, work.scope, previous.id, known ?? {}, ends);
    return stepDone(work, step, context, access.clock);
  }
  const verdict = await examineCredential(work, owner, previous, access);
  if (verdict.kind === 'refused') {
    await noteRetirement(database, work.scope, previous.id, { ...known, refused_at: now.toISOString(), shown: 'refused' });
    return stepDone(work, step, context, access.clock, retired(work, previous));
  }
  if (rotationInput(work).reason === 'compromised') {
    await noteRetirement(database, work.scope, previous.id, { ...known, shown: 'removed' });
    return stepDone(work, step, context, access.clock, retired(work, previous));
  }
  // A server that lets both work for a while may do so longer than anybody here needs it to.
  const replaced = previous.kind === 'client_secret' ? await replacedAt(database, work.scope, work.registration.id) : undefined;
  if (verdict.kind === 'proven' && work.upstream.quirks.secretOverlap && replaced && now.getTime() < replaced.getTime() + DAY_MS) {
    await noteRetirement(database, work.scope, previous.id, known ?? {}, new Date(now.getTime() + HOUR_MS));
    return stepDone(work, step, context, access.clock);
  }
  await noteRetirement(database, work.scope, previous.id, known ?? {}, new Date(now.getTime() + DAY_MS));
  return endWith(work, context, stepProblem(verdict.kind === 'proven' ? 'rotations.predecessor_accepted' : 'rotations.token_unavailable'));
}

/** The rows with which a credential is gone: its value is destroyed. */
export function retired(work: Work, { id, kind, version }: WorkCredential) {
  const data = { operation_id: work.operation.id, credential_id: id, version };
  return {
    rows: { retire: [id], spentSecrets: [{ subjectId: id, kind, version }] },
    events: [
      { type: 'credential.retired', subject: { type: 'registration', id: work.registration.id }, tenantId: work.tenant.id, data } as const,
    ],
  };
}
