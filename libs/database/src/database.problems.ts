import { defineProblems } from '@registrar/problem';

export const databaseProblem = defineProblems({
  'database.unavailable': {
    kind: 'unavailable',
    title: 'Registrar cannot reach its database',
    retryable: true,
    actor: 'registrar_operator',
    label: 'Try again in a moment; if it lasts, the operator of Registrar looks at PostgreSQL',
  },
  'database.busy': {
    kind: 'unavailable',
    title: 'Registrar is busy with the same record',
    retryable: true,
    actor: 'caller',
    label: 'Try the same request again',
  },
  'database.role': {
    kind: 'internal',
    title: 'The database role of the app is not safe to run with',
    actor: 'registrar_operator',
    label: 'Run the statements that the start printed, and start again',
  },
});
