/** What can be asked for. */
export type OperationKind = 'register' | 'update' | 'rotate' | 'verify' | 'sync' | 'deregister';

/** `queued → running → succeeded | failed | cancelled`; aside: waiting (reason, until), action_required, outcome_unknown. */
export type OperationStatus =
  'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'waiting' | 'action_required' | 'outcome_unknown';

/** What was sent, or handed to a person. */
export type AttemptKind = 'register' | 'read' | 'update' | 'deregister' | 'worksheet' | 'import';

/** The requests of RFC 7592 as the journal calls them. */
export type ManagedKind = Extract<AttemptKind, 'read' | 'update' | 'deregister'>;

/** One exchange that may change something upstream; `with_person` is a worksheet that was handed over. */
export type AttemptStatus =
  | 'sending'
  | 'with_person'
  | 'not_sent'
  | 'refused'
  | 'accepted'
  | 'unknown'
  | 'adopted'
  | 'applied'
  | 'superseded'
  | 'orphaned'
  | 'resolved_absent'
  | 'deleted';

/** Statuses in which somebody who waits for the operation still has to wait. */
export const OPEN_OPERATIONS: readonly OperationStatus[] = ['queued', 'running', 'waiting'];

export interface Waiting {
  /** Stable code of why, e.g. `rate_limited`, `ehr_unreachable`, `proof_ladder`. */
  readonly reason: string;
  /** RFC 3339. Absent: until somebody takes it up again. */
  readonly until?: string;
}
