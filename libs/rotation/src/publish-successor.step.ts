import type { Database } from '@registrar/database';
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
import { documentWith, othersKeys, publishedKeys } from './published-keys.repository.js';
import { discarded } from './remove-successor.step.js';
import { rotationInput } from './rotation-input.js';
import { STOP, stepDone } from './step-done.js';
import { successorKey } from './successor-key.js';

/**
 * Publishes another key beside the current one (H-01): whoever fetches the set from now on knows both. Where the old one is
 * compromised, the new one is published alone.
 */
export async function takePublishSuccessor(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { current, pending } = work;
  if (!current?.keySetId) throw new Error('A key that is hosted has its key set');
  const set = await publishedKeys(database, work, current.keySetId);
  const made =
    pending?.kind === 'private_key' && pending.keySetId === current.keySetId && pending.publicJwk
      ? undefined
      : await successorKey(work, access, newId());
  const successor: WorkCredential | undefined = made?.credential ?? pending;
  if (!successor?.publicJwk) return STOP;
  const alone = rotationInput(work).reason === 'compromised';
  const document = documentWith(set, { add: [successor.publicJwk], ...(alone ? { only: othersKeys(set, work.registration.id) } : {}) });
  await faultPoint('S1');
  const result = await stepDone(work, step, context, access.clock, {
    rows: { documents: [document], ...made?.rows, ...(made && pending ? discarded(pending) : {}) },
    work: { ...work, pending: successor, lastVersion: Math.max(work.lastVersion, successor.version) },
  });
  faultPointAtOnce('S2');
  return result;
}
