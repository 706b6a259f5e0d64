import { defineProblems } from '@registrar/problem';

/** What can go wrong with the rotation of one credential; the registration goes on with what it has. */
export const stepProblem = defineProblems({
  'rotations.nothing_to_rotate': {
    kind: 'conflict',
    title: 'The registration has no credential that could be rotated',
    actor: 'caller',
    label: 'Rotate a registration whose client authenticates with a secret or a key',
  },
  'rotations.nothing_to_renew': {
    kind: 'conflict',
    title: 'No request replaces the registration access token at this EHR',
    actor: 'caller',
    label: 'Leave it: the credential goes on working, and the client is managed until the token ends',
  },
  'rotations.not_replaceable': {
    kind: 'conflict',
    title: 'Another client cannot take the place of this one',
    actor: 'customer_success',
    label: 'See that the EHR registers clients by itself and no earlier replacement is still open; else deregister and register anew',
  },
  'rotations.would_lock_out': {
    kind: 'conflict',
    title: 'Registrar fetches its initial access tokens as this client, and would lock itself out',
    actor: 'customer_success',
    label: 'Add another initial access token for the EHR, or another client that fetches them, then rotate again',
  },
  'rotations.by_person': {
    kind: 'conflict',
    title: 'The EHR lets nobody but a person change this credential',
    actor: 'customer_success',
    label: 'Have the EHR issue a new credential in its portal, then complete the registration with it',
  },
  'rotations.key_set_by_person': {
    kind: 'conflict',
    title: 'The EHR has to be told by a person where the keys are published',
    actor: 'customer_success',
    label: 'Enter the key set’s address in the EHR’s portal, then complete the registration; both keys are published there',
  },
  'rotations.not_proven': {
    kind: 'refused',
    title: 'The EHR did not accept the new credential; the old one goes on',
    actor: 'customer_success',
    label: 'Look whether the EHR fetches the key set, or took the change; it is tried again by itself',
  },
  'rotations.neither_works': {
    kind: 'refused',
    title: 'The EHR accepts neither the new credential nor the old one',
    actor: 'customer_success',
    label: 'Ask the EHR’s administrator whether the client is still there; have a new credential issued, or register it anew',
  },
  'rotations.token_unavailable': {
    kind: 'unavailable',
    title: 'The token endpoint did not answer, so the new credential could not be proven; the old one goes on',
    retryable: true,
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator whether the server is up; it is tried again by itself',
  },
  'rotations.predecessor_not_proven': {
    kind: 'refused',
    title: 'The EHR does not accept the previous credential any more, so there is no way back',
    actor: 'customer_success',
    label: 'Stay with the current credential; rotate again if it does not work',
  },
  'rotations.issue_refused': {
    kind: 'refused',
    title: 'The EHR refused to issue another credential; the old one goes on',
    actor: 'ehr_administrator',
    label: 'Read the EHR’s words and ask its administrator',
  },
  'rotations.issue_unknown': {
    kind: 'unavailable',
    title: 'We asked for another credential and do not know what became of it',
    actor: 'customer_success',
    label: 'Verify the registration; if its credential is refused, have the EHR issue a new one and complete the registration with it',
  },
  'rotations.extra_key': {
    kind: 'refused',
    title: 'The old key could not be taken out at the EHR; the registration is well, and has a key too many',
    actor: 'ehr_administrator',
    label: 'Wait until it is tried again by itself',
  },
  'rotations.predecessor_accepted': {
    kind: 'refused',
    title: 'The EHR still takes the old credential; the registration is well',
    actor: 'ehr_administrator',
    label: 'Wait until it is looked at again in a day; ask the EHR’s administrator if it goes on',
  },
  'rotations.nothing_to_go_back_to': {
    kind: 'conflict',
    title: 'There is no previous credential to go back to',
    actor: 'caller',
    label: 'Go back only while the overlap of a rotation is open',
  },
  'rotations.predecessor_unknown': {
    kind: 'unavailable',
    title: 'The answer to the deletion of the client that was replaced was lost; the registration is well',
    retryable: true,
    actor: 'ehr_administrator',
    label: 'Wait until it is asked again by itself',
  },
  'rotations.ehr_unreachable': {
    kind: 'unavailable',
    title: 'The EHR could not be reached; nothing was sent, and the credential goes on',
    retryable: true,
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator whether the server is up; it is tried again by itself',
  },
});
