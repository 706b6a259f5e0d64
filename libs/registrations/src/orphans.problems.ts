import { defineProblems } from '@registrar/problem';

export const orphanProblem = defineProblems({
  'orphans.not_found': {
    kind: 'not_found',
    title: 'There is no such orphan',
    actor: 'caller',
    label: 'Check the id; ids start with orp_. What was resolved is no orphan any more',
  },
  'orphans.nothing_left': {
    kind: 'conflict',
    title: 'Nothing of this registration is left at the EHR',
    actor: 'caller',
    label: 'Look at the registration’s residue',
  },
});
