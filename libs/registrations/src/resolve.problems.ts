import { defineProblems } from '@registrar/problem';

/** What is said of an outcome that was unknown. */
export const resolutionProblem = defineProblems({
  'registrations.not_unknown': {
    kind: 'conflict',
    title: 'The outcome of this registration is not unknown',
    actor: 'caller',
    label: 'Look at the registration’s status and its next action',
  },
  'registrations.resolved_absent': {
    kind: 'refused',
    title: 'Nothing is registered at the EHR',
    actor: 'customer_success',
    label: 'Retry to register',
  },
});
