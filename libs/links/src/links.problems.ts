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
  'links.narrowed_caller': {
    kind: 'forbidden',
    title: 'A link shows all that a hospital has, so a caller that is bound to an application or environment makes none',
    actor: 'workspace_owner',
    label: 'Use a key or a role that is bound to hospitals alone, or to nothing',
  },
  'links.expiry_refused': {
    kind: 'refused',
    title: 'A link ends within a year, and not in the past',
    actor: 'caller',
    label: 'Choose a moment within the next 366 days',
  },
});
