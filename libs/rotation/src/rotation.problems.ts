import { defineProblems } from '@registrar/problem';

export const rotationProblem = defineProblems({
  'rotation_policies.refused': {
    kind: 'refused',
    title: 'The policy contradicts itself, or would never let a rotation happen',
    actor: 'caller',
    label: 'Correct the members that errors names',
  },
  'rotation_policies.subject_not_found': {
    kind: 'not_found',
    title: 'There is no such application, EHR or hospital',
    actor: 'caller',
    label: 'Check the id that the policy is for',
  },
  'rotation_policies.changed_meanwhile': {
    kind: 'stale',
    title: 'The policy was changed by somebody else since you read it',
    actor: 'caller',
    label: 'Read the policy again and repeat the change on what it is now',
  },
  'rotation_policies.bound_key': {
    kind: 'forbidden',
    title: 'This key may set policies of its own hospitals only',
    actor: 'workspace_owner',
    label: 'Use a key that is bound to no hospital, or name one of the hospitals that the key is bound to',
  },
});
