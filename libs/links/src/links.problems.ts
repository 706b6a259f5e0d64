import { defineProblems } from '@registrar/problem';

export const linksProblem = defineProblems({
  'links.tenant_not_found': {
    kind: 'not_found',
    title: 'There is no such hospital',
    actor: 'caller',
    label: 'Check the tenant id; ids start with ten_',
  },
  'links.not_found': {
    kind: 'not_found',
    title: 'There is no such link',
    actor: 'caller',
    label: 'Check the id of the link; it starts with lnk_',
  },
  'links.expiry_refused': {
    kind: 'refused',
    title: 'A link ends within a year, and not in the past',
    actor: 'caller',
    label: 'Choose a moment within the next 366 days',
  },
});
