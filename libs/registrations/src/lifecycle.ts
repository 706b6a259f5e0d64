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

/** What can be suspended, and is taken up again where it was. */
const SUSPENDABLE = [
  'pending',
  'registering',
  'verifying',
  'active',
  'action_required',
  'outcome_unknown',
  'rejected',
  'credential_failed',
  'revoked_by_ehr',
] as const satisfies readonly RegistrationStatus[];

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
  { event: 'suspend', from: SUSPENDABLE, to: 'suspended' },
  // Back to where it was: one edge for each status that can be suspended.
  ...SUSPENDABLE.map((to) => ({ event: 'resume' as const, from: ['suspended'] as const, to })),
  { event: 'deregister', from: [...SUSPENDABLE, 'suspended'], to: 'deregistering' },
  { event: 'deregister_later', from: ['deregistering'], to: 'deregistering' },
  { event: 'deregister_done', from: ['deregistering'], to: 'deregistered' },
] as const satisfies readonly { event: string; from: readonly RegistrationStatus[]; to: RegistrationStatus }[];

/** What can happen to a registration. */
export type LifecycleEvent = (typeof TRANSITIONS)[number]['event'];

/** Every event but the way back from a suspension, which leads to where the registration was. */
export type MovingEvent = Exclude<LifecycleEvent, 'resume'>;

export interface Transition {
  readonly event: LifecycleEvent;
  readonly from: readonly RegistrationStatus[];
  readonly to: RegistrationStatus;
}

const BY_EVENT = new Map<LifecycleEvent, Transition>(TRANSITIONS.map((transition) => [transition.event, transition]));

/** The one edge of an event; `resume` alone has several, see `resumption`. */
export function transition(event: MovingEvent): Transition {
  const found = BY_EVENT.get(event);
  if (!found) throw new Error(`No transition ${event}`);
  return found;
}

/** The edge back to where a registration was before it was suspended; undefined where none leads there. */
export function resumption(to: string): Transition | undefined {
  return TRANSITIONS.find((edge) => edge.event === 'resume' && edge.to === to);
}

/** Whether the event may happen to a registration of this status. */
export function allows(event: LifecycleEvent, status: RegistrationStatus): boolean {
  return TRANSITIONS.some((edge) => edge.event === event && (edge.from as readonly RegistrationStatus[]).includes(status));
}
