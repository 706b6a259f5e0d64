import { defineProblems } from '@registrar/problem';

/** What can go wrong with an approval. */
export const approvalProblem = defineProblems({
  'approvals.not_found': {
    kind: 'not_found',
    title: 'There is no such approval',
    actor: 'caller',
    label: 'Check the approval id; ids start with apr_',
  },
  'approvals.own_request': {
    kind: 'forbidden',
    title: 'Nobody decides on what they asked for themselves',
    actor: 'workspace_owner',
    label: 'Have it decided with the key of another person who may decide on approvals',
  },
  'approvals.decided_already': {
    kind: 'conflict',
    title: 'This approval has been decided already',
    actor: 'caller',
    label: 'Read the approval to see who decided what',
  },
  'approvals.expired': {
    kind: 'conflict',
    title: 'This approval has expired',
    actor: 'product_team',
    label: 'Ask for the change again, which asks for a new approval',
  },
  'approvals.not_approved': {
    kind: 'conflict',
    title: 'This has not been approved',
    actor: 'workspace_owner',
    label: 'Have the approval decided first',
  },
  'approvals.used_already': {
    kind: 'conflict',
    title: 'This approval has been used; it is good for one time',
    actor: 'product_team',
    label: 'Ask for the change again, which asks for a new approval',
  },
  'approvals.reveal_refused': {
    kind: 'forbidden',
    title: 'Nobody else has allowed you to see this secret',
    actor: 'workspace_owner',
    label: 'Ask with POST …/break-glass, have somebody else approve it, and come back within the hour',
  },
  'approvals.documents_changed': {
    kind: 'conflict',
    title: 'The documents are not those that the approval was asked for',
    actor: 'product_team',
    label: 'Look at the change again and ask for it anew, which asks for a new approval',
  },
});
