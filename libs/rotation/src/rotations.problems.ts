import { defineProblems } from '@registrar/problem';

/** Why a rotation that somebody asks for does not begin. */
export const askProblem = defineProblems({
  'rotations.not_found': { kind: 'not_found', title: 'There is no such registration', actor: 'caller', label: 'Check the id' },
  'rotations.run_not_found': {
    kind: 'not_found',
    title: 'There is no such rotation',
    actor: 'caller',
    label: 'Check the id; it starts with rot_',
  },
  'rotations.not_possible_now': {
    kind: 'conflict',
    title: 'The registration has no proven client now whose credential could be rotated',
    actor: 'customer_success',
    label: 'Bring the registration to active first; its problem says how',
  },
  'rotations.shared_client': {
    kind: 'conflict',
    title: 'The client serves many hospitals, and its credential is that of all of them',
    actor: 'product_team',
    label: 'Look who uses it, then rotate with confirm_registrations set to their number',
  },
  'rotations.shared_beyond_key': {
    kind: 'forbidden',
    title: 'The client serves hospitals that this API key does not see, and is rotated for all of them as one',
    actor: 'workspace_owner',
    label: 'Rotate with an API key that is not bound to hospitals',
  },
  'rotations.predecessor_compromised': {
    kind: 'conflict',
    title: 'The previous credential was said to be compromised, so there is no way back to it',
    actor: 'customer_success',
    label: 'Stay with the current credential; rotate again if it does not work',
  },
  'rotations.subject_not_found': {
    kind: 'not_found',
    title: 'There is no such application, EHR or hospital',
    actor: 'caller',
    label: 'Check the id whose credentials are to be rotated',
  },
  'rotations.other_client_id': {
    kind: 'conflict',
    title: 'The registration has another client id',
    actor: 'customer_success',
    label: 'Have the EHR issue a new credential for the client that the registration shows; another client is a new registration',
  },
  'rotations.changed_meanwhile': {
    kind: 'conflict',
    title: 'Somebody else completed or ended the rotation a moment ago',
    actor: 'customer_success',
    label: 'Look at the registration again',
  },
  'rotations.secret_needed': {
    kind: 'refused',
    title: 'The new client secret is missing',
    actor: 'customer_success',
    label: 'Give the secret that the EHR issued as client_secret',
  },
});
