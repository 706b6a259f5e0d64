import { defineProblems } from '@registrar/problem';

export const applicationProblem = defineProblems({
  'applications.not_found': {
    kind: 'not_found',
    title: 'There is no such application',
    actor: 'caller',
    label: 'Check the application id; ids start with app_',
  },
  'applications.metadata_malformed': {
    kind: 'malformed',
    title: 'The client metadata has an unknown member or a wrong type',
    actor: 'product_team',
    label: 'Correct the members that errors names',
  },
  'applications.metadata_refused': {
    kind: 'refused',
    title: 'The client metadata holds something that is never registered',
    actor: 'product_team',
    label: 'Correct the members that errors names',
  },
  'applications.changed_meanwhile': {
    kind: 'stale',
    title: 'The application was changed by somebody else since you read it',
    actor: 'caller',
    label: 'Read the application again and repeat the change on what it is now',
  },
  'applications.bound_key': {
    kind: 'forbidden',
    title: 'This key may read applications, not change them',
    actor: 'workspace_owner',
    label: 'Use a key that is bound to no tenant and to no other application',
  },
  'applications.override_not_found': {
    kind: 'not_found',
    title: 'The application says nothing different at this EHR',
    actor: 'caller',
    label: 'Make an override by PUT, or leave it as the application has it',
  },
});
