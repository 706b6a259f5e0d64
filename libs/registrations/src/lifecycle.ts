/** The standing of an application at one hospital's EHR. */
export const REGISTRATION_STATUSES = [
  'pending',
  'registering',
  'verifying',
  'active',
  'deregistering',
  'deregistered',
  'action_required',
  'outcome_unknown',
  'rejected',
  'credential_failed',
  'revoked_by_ehr',
  'suspended',
] as const;
export type RegistrationStatus = (typeof REGISTRATION_STATUSES)[number];

/** Who does what before an `action_required` registration goes on. */
export const REGISTRATION_ACTIONS = [
  'supply_initial_access_token',
  'supply_software_statement',
  'complete_portal_registration',
  'wait_for_ehr_activation',
  'approve_change',
  'review_granted_metadata',
  'fix_credential',
] as const;
export type RegistrationAction = (typeof REGISTRATION_ACTIONS)[number];

/**
 * Every change of a registration's status there is. A status changes only by applying one of these events, in one
 * statement that checks `from` and the fence.
 */
export const TRANSITIONS = [
  // What was refused or is unknown is never started from where it is: somebody asks again, which makes it pending.
  { event: 'start', from: ['pending', 'registering'], to: 'registering' },
  { event: 'retry_later', from: ['registering'], to: 'registering' },
  { event: 'refuse', from: ['pending', 'registering'], to: 'rejected' },
  { event: 'lose_answer', from: ['registering'], to: 'outcome_unknown' },
  { event: 'need_action', from: ['pending', 'registering', 'verifying', 'active'], to: 'action_required' },
  { event: 'accept', from: ['registering', 'outcome_unknown', 'action_required'], to: 'verifying' },
  { event: 'resolve', from: ['outcome_unknown'], to: 'rejected' },
  { event: 'verify', from: ['action_required', 'active', 'credential_failed', 'verifying'], to: 'verifying' },
  { event: 'prove_later', from: ['verifying'], to: 'verifying' },
  { event: 'verify_later', from: ['active'], to: 'active' },
  { event: 'prove', from: ['verifying', 'active', 'credential_failed'], to: 'active' },
  { event: 'fail_credential', from: ['active', 'verifying'], to: 'credential_failed' },
  { event: 'ask_again', from: ['rejected', 'outcome_unknown', 'action_required', 'credential_failed', 'revoked_by_ehr'], to: 'pending' },
  { event: 'revoke', from: ['active', 'verifying', 'credential_failed'], to: 'revoked_by_ehr' },
  {
    event: 'suspend',
    from: [
      'pending',
      'registering',
      'verifying',
      'active',
      'action_required',
      'outcome_unknown',
      'rejected',
      'credential_failed',
      'revoked_by_ehr',
    ],
    to: 'suspended',
  },
  { event: 'resume', from: ['suspended'], to: 'pending' },
  {
    event: 'deregister',
    from: [
      'pending',
      'registering',
      'verifying',
      'active',
      'action_required',
      'outcome_unknown',
      'rejected',
      'credential_failed',
      'revoked_by_ehr',
      'suspended',
    ],
    to: 'deregistering',
  },
  { event: 'deregister_later', from: ['deregistering'], to: 'deregistering' },
  { event: 'deregister_done', from: ['deregistering'], to: 'deregistered' },
] as const satisfies readonly { event: string; from: readonly RegistrationStatus[]; to: RegistrationStatus }[];

/** What can happen to a registration. */
export type LifecycleEvent = (typeof TRANSITIONS)[number]['event'];

export interface Transition {
  readonly event: LifecycleEvent;
  readonly from: readonly RegistrationStatus[];
  readonly to: RegistrationStatus;
}

const BY_EVENT = new Map<LifecycleEvent, Transition>(TRANSITIONS.map((transition) => [transition.event, transition]));

export function transition(event: LifecycleEvent): Transition {
  const found = BY_EVENT.get(event);
  if (!found) throw new Error(`No transition ${event}`);
  return found;
}

/** Whether the event may happen to a registration of this status. */
export function allows(event: LifecycleEvent, status: RegistrationStatus): boolean {
  return transition(event).from.includes(status);
}
