/** Everything that can happen and is remembered: `noun.verb`. A closed union: what is not here cannot be written. */
export const AUDIT_ACTIONS = [
  'workspace.create',
  'api_key.create',
  'api_key.revoke',
  'api_key.refuse_address',
  'person.create',
  'role_mapping.create',
  'role_mapping.delete',
  'session.create',
  'session.revoke',
  'tenant.create',
  'tenant.update',
  'tenant.suspend',
  'tenant.resume',
  'offboarding.schedule',
  'offboarding.cancel',
  'offboarding.begin',
  'offboarding.finish',
  'offboarding.shred',
  'ehr.create',
  'ehr.update',
  'ehr.delete',
  'ehr.suspend',
  'ehr.resume',
  'ehr.discover',
  'ehr.confirm',
  'ehr.quarantine',
  'ehr.mass_refusal',
  'connection.create',
  'connection.update',
  'connection.delete',
  'application.create',
  'application.update',
  'application.override',
  'application.suspend',
  'application.resume',
  'initial_access_token.create',
  'initial_access_token.delete',
  'software_statement.create',
  'software_statement.delete',
  'registration.create',
  'registration.import',
  'registration.update',
  'registration.drift',
  'registration.confirm',
  'registration.replace',
  'registration.start',
  'registration.retry_later',
  'registration.refuse',
  'registration.lose_answer',
  'registration.need_action',
  'registration.accept',
  'registration.verify',
  'registration.verify_later',
  'registration.prove_later',
  'registration.prove',
  'registration.fail_credential',
  'registration.ask_again',
  'registration.revoke',
  'registration.suspend',
  'registration.resume',
  'registration.deregister',
  'registration.deregister_later',
  'registration.deregister_done',
  'registration.resolve',
  'registration.complete',
  'client.deleted',
  'client.orphaned',
  'orphan.resolve',
  'operation.queued',
  'operation.running',
  'operation.succeeded',
  'operation.failed',
  'operation.cancelled',
  'operation.waiting',
  'operation.action_required',
  'operation.outcome_unknown',
  'rotation_policy.update',
  'rotation.start',
  'rotation.roll_back',
  'rotation.start_many',
  'ehr.stop_rotations',
  'ehr.resume_rotations',
  'batch.create',
  'batch.retry',
  'approval.request',
  'approval.approve',
  'approval.reject',
  'approval.expire',
  'approval.use',
  'rollout.create',
  'rollout.start',
  'rollout.widen',
  'rollout.pause',
  'rollout.resume',
  'rollout.halt',
  'rollout.succeed',
  'rollout.cancel',
  'rollout.supersede',
  'secret.reveal',
  'secret.refuse',
  'secret.flood',
  'secret.match',
  'assertion.sign',
  'token.issue',
  'audit.cut',
  'report.create',
  'tenant_link.create',
  'tenant_link.revoke',
  'statement_key.rotate',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What an entry is about. */
export type SubjectType =
  | 'workspace'
  | 'api_key'
  | 'person'
  | 'role_mapping'
  | 'session'
  | 'tenant'
  | 'ehr'
  | 'authorization_server'
  | 'connection'
  | 'application'
  | 'initial_access_token'
  | 'software_statement'
  | 'registration'
  | 'operation'
  | 'batch'
  | 'approval'
  | 'rollout'
  | 'credential'
  | 'rotation_policy'
  | 'rotation_run'
  | 'tenant_link';
