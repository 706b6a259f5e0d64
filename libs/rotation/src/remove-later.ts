import type { Database } from '@registrar/database';
import type { Problem } from '@registrar/problem';
import type { Settled, Step, UpstreamAccess, Work, WorkClient } from '@registrar/registrations';
import { credentialOf, leftPredecessor } from './ended-predecessor.js';
import { noteRetirement, retirementOf } from './retirement.repository.js';
import { ending } from './step-done.js';

const HOUR_MS = 3_600_000;
/** Waits before the deletion of a client that was replaced is asked for again; then it is a person's. */
const LADDER_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 24 * HOUR_MS] as const;

/**
 * The client that was replaced could not be deleted this time: it is tried again, in an hour at first and in a day at last; after
 * that it stays at the EHR, and who has to remove it is said. The registration is well all the while.
 */
export async function removeLater(
  work: Work,
  step: Step,
  access: UpstreamAccess,
  database: Database,
  client: WorkClient,
  why: { readonly problem: Problem; readonly left: 'ehr_unreachable' | 'outcome_unknown' },
): Promise<Settled> {
  const previous = credentialOf(work, client);
  const known = previous && (await retirementOf(database, work.scope, previous.id));
  const tries = known?.tries ?? 0;
  const inMs = LADDER_MS[tries];
  // A successor that was gone back from has no retirement that anybody would come back to.
  if (!previous || previous.stage === 'retired' || inMs === undefined) return leftPredecessor(work, step, access, client, why.left);
  await noteRetirement(database, work.scope, previous.id, { ...known, tries: tries + 1 }, new Date(access.clock.now().getTime() + inMs));
  return { change: ending(work, why.problem) };
}
