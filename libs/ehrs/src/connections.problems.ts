import { defineProblems } from '@registrar/problem';

export const connectionProblem = defineProblems({
  'connections.not_found': {
    kind: 'not_found',
    title: 'There is no such connection',
    actor: 'caller',
    label: 'Check the connection id; ids start with con_',
  },
  'connections.already_exists': {
    kind: 'conflict',
    title: 'This hospital is connected to this EHR already',
    actor: 'caller',
    label: 'Use the connection named by existing_id',
  },
  'connections.in_use': {
    kind: 'conflict',
    title: 'The connection has registrations',
    actor: 'customer_success',
    label: 'Deregister what is live on it; a connection with a history stays',
  },
  'connections.changed_meanwhile': {
    kind: 'stale',
    title: 'The connection was changed by somebody else since you read it',
    actor: 'caller',
    label: 'Read the connection again and repeat the change on what it is now',
  },
});
