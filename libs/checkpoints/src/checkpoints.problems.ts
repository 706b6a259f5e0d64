import { defineProblems } from '@registrar/problem';

export const checkpointsProblem = defineProblems({
  'checkpoints.not_taken': {
    kind: 'unavailable',
    title: 'The webhook for audit checkpoints did not take them',
    retryable: true,
    actor: 'registrar_operator',
    label: 'Look at the address in AUDIT_CHECKPOINTS; what was not taken is sent again each minute',
  },
});
