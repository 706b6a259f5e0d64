/** Everything that is told to the outside: a closed union. */
export const EVENT_TYPES = [
  'tenant.created',
  'tenant.updated',
  'tenant.suspended',
  'tenant.resumed',
  'tenant.offboarding_scheduled',
  'tenant.offboarding_cancelled',
  'tenant.offboarding',
  'tenant.offboarded',
  'tenant.shredded',
  'ehr.created',
  'ehr.updated',
  'ehr.deleted',
  'ehr.suspended',
  'ehr.resumed',
  'ehr.quarantined',
  'ehr.mass_refusal',
  'connection.created',
  'connection.updated',
  'connection.deleted',
  'application.created',
  'application.updated',
  'application.suspended',
  'application.resumed',
  'initial_access_token.created',
  'initial_access_token.deleted',
  'initial_access_token.low',
  'initial_access_token.expiring',
  'software_statement.created',
  'software_statement.deleted',
  'software_statement.defective',
  'software_statement.expiring',
  'batch.created',
  'rollout.awaiting_approval',
  'rollout.running',
  'rollout.paused',
  'rollout.halted',
  'rollout.succeeded',
  'rollout.cancelled',
  'rollout.superseded',
  'approval.requested',
  'approval.approved',
  'approval.rejected',
  'approval.expired',
  'approval.used',
  'registration.pending',
  'registration.registering',
  'registration.verifying',
  'registration.active',
  'registration.deregistering',
  'registration.deregistered',
  'registration.action_required',
  'registration.outcome_unknown',
  'registration.rejected',
  'registration.credential_failed',
  'registration.revoked_by_ehr',
  'registration.suspended',
  'registration.updated',
  'registration.drifted',
  'operation.succeeded',
  'operation.failed',
  'operation.cancelled',
  'operation.action_required',
  'operation.outcome_unknown',
  'rotation_policy.updated',
  'rotation.started',
  'ehr.rotations_stopped',
  'ehr.rotations_resumed',
  'rotation.run_started',
  'rotation.gap_announced',
  'credential.rotated',
  'credential.rolled_back',
  'credential.retired',
  'credential.expiring',
  'credential.expired',
  'credential.current',
  'credential.readers_behind',
  'client.orphaned',
  'statement_key.published',
  'secret.revealed',
  'secret.reveals_flooding',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** A thin event: who reads it asks the API for the rest. `data` holds ids and words, never a secret. */
export interface NewEvent {
  readonly type: EventType;
  readonly subject: { readonly type: string; readonly id: string };
  readonly tenantId?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface StoredEvent {
  /** Grows by one with each event of the workspace, in the order of the commits. */
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly tenantId: string | null;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}
