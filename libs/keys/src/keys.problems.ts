import { defineProblems } from '@registrar/problem';

export const keysProblem = defineProblems({
  'keys.public_url_changed': {
    kind: 'internal',
    title: 'PUBLIC_URL is not the one that key sets were given out under',
    actor: 'registrar_operator',
    label: 'Set PUBLIC_URL back, or serve the old address too and name it in PUBLIC_URL_ALIASES',
  },
});
