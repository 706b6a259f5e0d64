import { defineProblems } from '@registrar/problem';

export const expiryProblem = defineProblems({
  'registrations.credential_expired': {
    kind: 'refused',
    title: 'The credential has expired at the EHR before it was replaced',
    actor: 'customer_success',
    label: 'Rotate the registration; where that is refused, have the EHR issue a new credential and complete the registration with it',
  },
});
