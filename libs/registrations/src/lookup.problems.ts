import { defineProblems } from '@registrar/problem';

/** What a launch can be told. */
export const lookupProblem = defineProblems({
  'registrations.none_active': {
    kind: 'not_found',
    title: 'The application has no active registration there',
    actor: 'customer_success',
    label: 'Look at the matrix: register the application there, or see what its registration waits for',
  },
  'registrations.lookup_ambiguous': {
    kind: 'conflict',
    title: 'Several hospitals share this EHR',
    actor: 'caller',
    label: 'Say which hospital it is, with tenant_external_id',
  },
});
