import { defineProblems } from '@registrar/problem';

/** What can go wrong with a batch. */
export const batchProblem = defineProblems({
  'batches.not_found': { kind: 'not_found', title: 'There is no such batch', actor: 'caller', label: 'Check the id' },
  'batches.not_all_found': {
    kind: 'not_found',
    title: 'Some of the hospitals, EHRs or connections do not exist',
    actor: 'caller',
    label: 'Check the ids that the errors point to',
  },
  'batches.plan_changed': {
    kind: 'conflict',
    title: 'The plan is not the one that was shown',
    actor: 'caller',
    label: 'Ask for the plan again, and confirm it with the new plan_hash',
  },
  'batches.empty': {
    kind: 'refused',
    title: 'The batch names no pair that can be registered',
    actor: 'caller',
    label: 'Name hospitals and EHRs that are connected, or set connect to true',
  },
  'batches.too_large': {
    kind: 'refused',
    title: 'The batch names more pairs than one batch may hold',
    actor: 'caller',
    label: 'Split it into batches of at most 5,000 pairs',
  },
});
