import { defineProblems } from '@registrar/problem';

/** What can go wrong with the embedded Postgres, in the words that a developer reads in the terminal. */
export const embeddedProblem = defineProblems({
  'embedded.home_in_use': {
    kind: 'conflict',
    title: 'This data folder is in use by another run of Registrar',
    retryable: true,
    actor: 'registrar_operator',
    label: 'Stop the other run, or set REGISTRAR_HOME to another folder',
  },
  'embedded.unsupported_platform': {
    kind: 'unavailable',
    title: 'There is no embedded Postgres for this machine',
    actor: 'registrar_operator',
    label: 'Set DATABASE_URL and DATABASE_OWNER_URL to a Postgres 15 or newer',
  },
  'embedded.closed_folder': {
    kind: 'unavailable',
    title: 'Postgres refuses to run as root, and the unprivileged account cannot reach its files',
    actor: 'registrar_operator',
    label: 'Run as an ordinary user, or put the checkout and REGISTRAR_HOME where other users may enter',
  },
  'embedded.not_ours': {
    kind: 'unavailable',
    title: 'The data folder belongs to another user',
    actor: 'registrar_operator',
    label: 'Run as the user who made it, or set REGISTRAR_HOME to another folder',
  },
  'embedded.damaged_home': {
    kind: 'unavailable',
    title: 'The data folder cannot be used',
    actor: 'registrar_operator',
    label: 'Restore the folder, or move it away to begin with an empty one',
  },
  'embedded.cannot_start': {
    kind: 'unavailable',
    title: 'The embedded Postgres did not start',
    actor: 'registrar_operator',
    label: 'Read server.log in the data folder, or set DATABASE_URL and DATABASE_OWNER_URL to a Postgres of your own',
  },
});
