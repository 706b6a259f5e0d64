import { defineProblems } from '@registrar/problem';

export const configProblem = defineProblems({
  'config.invalid': {
    kind: 'internal',
    title: 'A setting is missing or wrong',
    actor: 'registrar_operator',
    label: 'Mend the named setting (see .env.example) and start again',
  },
});
