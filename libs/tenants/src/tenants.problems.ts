import { defineProblems } from '@registrar/problem';

export const tenantProblem = defineProblems({
  'tenants.not_found': {
    kind: 'not_found',
    title: 'There is no such tenant',
    actor: 'caller',
    label: 'Check the tenant id; ids start with ten_',
  },
  'tenants.workspace_not_found': {
    kind: 'not_found',
    title: 'There is no such workspace',
    actor: 'registrar_operator',
    label: 'Make the workspace first, as the operator of Registrar',
  },
  'tenants.external_id_taken': {
    kind: 'conflict',
    title: 'Another tenant has this external_id',
    actor: 'caller',
    label: 'Use the tenant named by existing_id, or choose another external_id',
  },
  'tenants.changed_meanwhile': {
    kind: 'stale',
    title: 'The tenant was changed by somebody else since you read it',
    actor: 'caller',
    label: 'Read the tenant again and repeat the change on what it is now',
  },
  'tenants.leaving': {
    kind: 'conflict',
    title: 'The tenant is being off-boarded, or has been',
    actor: 'caller',
    label: 'Look at the tenant’s off-boarding',
  },
  'tenants.bound_key': {
    kind: 'forbidden',
    title: 'This key is bound to certain tenants and cannot make others',
    actor: 'workspace_owner',
    label: 'Use a key that is not bound to tenants',
  },
});
