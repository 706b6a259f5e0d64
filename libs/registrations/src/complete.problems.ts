import { defineProblems } from '@registrar/problem';

/** What can go wrong when a person brings the client. */
export const completionProblem = defineProblems({
  'registrations.worksheet_not_ready': {
    kind: 'conflict',
    title: 'The worksheet is not made yet',
    retryable: true,
    actor: 'caller',
    label: 'Ask again in a moment; where the registration was rejected, look at its problem',
  },
  'registrations.strategy_mismatch': {
    kind: 'conflict',
    title: 'This registration is not made at a portal',
    actor: 'caller',
    label: 'Look at the registration’s strategy',
  },
  'registrations.waits_for_portal_change': {
    kind: 'refused',
    title: 'A person has to change this client at the vendor’s portal',
    actor: 'customer_success',
    label: 'Follow the worksheet, then complete the registration with the client id that it has',
  },
  'registrations.client_unchanged_needed': {
    kind: 'conflict',
    title: 'The change is of another client than the one that was named',
    actor: 'customer_success',
    label: 'Make the change at the client that the registration has, and name that one',
  },
  'registrations.client_id_taken': {
    kind: 'conflict',
    title: 'Another registration at this server holds that client id',
    actor: 'customer_success',
    label: 'Compare the client id with the portal: every hospital has its own, unless the EHR gives one for all',
  },
  'registrations.client_secret_needed': {
    kind: 'refused',
    title: 'The client authenticates with a secret, and none was given',
    actor: 'customer_success',
    label: 'Copy the client secret from the portal too',
  },
  'registrations.client_secret_unused': {
    kind: 'refused',
    title: 'The client does not authenticate with a secret',
    actor: 'customer_success',
    label: 'Leave the secret out, and see that the portal has the JWKS URL of the worksheet',
  },
  'registrations.shared_credential_hidden': {
    kind: 'refused',
    title: 'The credential of the shared client cannot be used here',
    actor: 'workspace_owner',
    label: 'Complete it with an API key that is not bound to hospitals',
  },
});
