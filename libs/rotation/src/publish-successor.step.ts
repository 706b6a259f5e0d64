import { faultPoint, faultPointAtOnce } from '@registrar/faults';
import {
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  type WorkCredential,
} from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { discarded } from './remove-successor.step.js';
import { rotationInput } from './rotation-input.js';
import { STOP, stepDone } from './step-done.js';
import { successorKey } from './successor-key.js';

/**
 * Publishes another key beside the current one (H-01): whoever fetches the set from now on knows both. Where the old one is
 * compromised, the new one is published alone, but for the keys of other hospitals that share the client.
 */
export async function takePublishSuccessor(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { current, pending } = work;
  if (!current?.keySetId) throw new Error('A key that is hosted has its key set');
  const made =
    pending?.kind === 'private_key' && pending.keySetId === current.keySetId && pending.publicJwk
      ? undefined
      : await successorKey(work, access, newId());
  const successor: WorkCredential | undefined = made?.credential ?? pending;
  if (!successor?.publicJwk) return STOP;
  const alone = rotationInput(work).reason === 'compromised';
  await faultPoint('S1');
  const result = await stepDone(work, step, context, access.clock, {
    rows: {
      keySets: [{ id: current.keySetId, ...(alone ? { keepOnly: successor.id } : {}) }],
      ...made?.rows,
      ...(made && pending ? discarded(pending) : {}),
    },
    work: { ...work, pending: successor, lastVersion: Math.max(work.lastVersion, successor.version) },
  });
  faultPointAtOnce('S2');
  return result;
}
