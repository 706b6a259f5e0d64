import { defineProblems } from '@registrar/problem';

export const auditProblem = defineProblems({
  'audit.chain_not_found': {
    kind: 'not_found',
    title: 'There is no audit chain of this hospital',
    actor: 'caller',
    label: 'Look at the hospital’s id; a key that is bound to others does not see it',
  },
  'audit.narrowed_caller': {
    kind: 'forbidden',
    title: 'A caller that is bound to an application or environment does not read the audit log, which is of all of them',
    actor: 'workspace_owner',
    label: 'Use a key or a role that is bound to hospitals alone, or to nothing',
  },
  'audit.too_long': {
    kind: 'refused',
    title: 'The audit log is too long to be verified by one call',
    actor: 'caller',
    label: 'Name one hospital with tenant_id, or let the operator run npm run audit:verify',
  },
});
