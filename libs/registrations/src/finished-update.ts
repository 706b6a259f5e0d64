import type { ProblemDocument } from '@registrar/problem';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { present } from './present.js';
import { markStep, type Step } from './step.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateInputs } from './wanted-document.js';
import type { Work } from './work.js';

/** The end of an update that was made: the registration has the revision and the overrides that it was brought to. */
export function finishedUpdate(
  work: Work,
  access: Pick<UpstreamAccess, 'clock'>,
  registration: Omit<Change['registration'], 'event'> = {},
  rows: Partial<Change> = {},
): Change {
  const { revision, clientMetadata } = updateInputs(work.operation);
  return changeOf(
    work,
    {
      operation: 'succeeded',
      next: 'done',
      steps: allDone(work, access),
      registration: { ...registration, ...present('revision', revision), ...present('clientMetadata', clientMetadata) },
    },
    rows,
  );
}

/** The end of an update that was not made as it was wished. */
export function unfinishedUpdate(
  work: Work,
  problem: ProblemDocument,
  registration: Omit<Change['registration'], 'event'> = {},
  rows: Partial<Change> = {},
): Change {
  return changeOf(work, { operation: 'failed', next: 'done', problem, registration }, rows);
}

/** What turned out not to be needed is left out; what is left is done. */
function allDone(work: Work, { clock }: Pick<UpstreamAccess, 'clock'>): Step[] {
  const taken = work.operation.steps.filter((step) => step.status !== 'pending' || step.name === 'update');
  return taken.reduce<Step[]>((steps, step) => (step.status === 'done' ? steps : markStep(steps, step.name, 'done', clock.now())), taken);
}
