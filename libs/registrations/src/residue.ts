import type { Residue } from './registration-view.js';

/** Why a client, or what may be one, is left at an EHR. */
export type ResidueReason =
  | 'portal'
  | 'delete_not_supported'
  | 'delete_refused'
  | 'delete_unconfirmed'
  | 'registration_access_token_lost'
  | 'ehr_unreachable'
  | 'ehr_quarantined'
  | 'outcome_unknown'
  | 'another_registrations_client'
  | 'replaced'
  | 'replacement_unproven'
  | 'replacement_differs';

const WORDS: Readonly<Record<ResidueReason, { readonly actor: string; readonly label: string }>> = {
  portal: { actor: 'customer_success', label: 'Remove WHAT at the vendor’s portal, then confirm it here' },
  delete_not_supported: { actor: 'ehr_administrator', label: 'The EHR deletes no clients by itself: have its administrator remove WHAT' },
  delete_refused: { actor: 'ehr_administrator', label: 'The EHR refused to delete: have its administrator remove WHAT' },
  delete_unconfirmed: {
    actor: 'ehr_administrator',
    label: 'The EHR said that it deleted WHAT and shows it all the same: have its administrator look, and remove it',
  },
  registration_access_token_lost: {
    actor: 'ehr_administrator',
    label: 'Registrar holds no registration access token that the EHR accepts: have its administrator remove WHAT',
  },
  ehr_unreachable: { actor: 'ehr_administrator', label: 'The EHR could not be reached: have its administrator remove WHAT' },
  ehr_quarantined: {
    actor: 'ehr_administrator',
    label: 'The EHR’s endpoints have moved, so nothing was sent: have its administrator remove WHAT',
  },
  outcome_unknown: { actor: 'ehr_administrator', label: 'Have the EHR’s administrator look for WHAT, and remove it' },
  another_registrations_client: {
    actor: 'customer_success',
    label: 'The EHR gave WHAT to two registrations, so it was not deleted: look whose it is',
  },
  replaced: {
    actor: 'ehr_administrator',
    label: 'Another client has taken its place: once nobody uses it any more, have the EHR’s administrator remove WHAT',
  },
  replacement_unproven: {
    actor: 'ehr_administrator',
    label: 'It was to replace the client in use, and its credential never worked: have the EHR’s administrator remove WHAT',
  },
  replacement_differs: {
    actor: 'ehr_administrator',
    label: 'It was to replace the client in use, and was granted otherwise than asked for: have the EHR’s administrator remove WHAT',
  },
};

/** What is left, and what a person has to do about it. `marker`: of the attempt, where no client id is known. */
export function residueOf(reason: ResidueReason, left: { readonly clientId: string } | { readonly marker: string }): Residue {
  const what = 'clientId' in left ? `the client ${left.clientId}` : `a client with the marker ${left.marker}`;
  const { actor, label } = WORDS[reason];
  const next_action = { actor, label: label.replace('WHAT', what) };
  return 'clientId' in left
    ? { client_id: left.clientId, reason, next_action }
    : { client_id: null, marker: left.marker, reason, next_action };
}
