import { markStep, type Step, type StepContext, type StepResult, type UpstreamAccess, type Work } from '@registrar/registrations';
import { stepProblem } from './rotation-step.problems.js';
import { endWith } from './step-done.js';

/** Nothing else works here: a person changes the credential at the EHR, and completes the registration with what came of it. */
export function takeHandToPerson(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  extra: { readonly keySetUrl?: string } = {},
): Promise<StepResult> {
  const said = extra.keySetUrl === undefined ? {} : { extra: { key_set_url: extra.keySetUrl } };
  const problem = stepProblem(extra.keySetUrl === undefined ? 'rotations.by_person' : 'rotations.key_set_by_person', said);
  return endWith(work, context, problem, {
    operation: 'action_required',
    steps: markStep(work.operation.steps, step.name, 'running', access.clock.now()),
  });
}
