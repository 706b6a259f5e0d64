/** Who acts: a principal of the API, or Registrar itself. Ends up in audit events. */
export interface WorkActor {
  readonly type: 'api_key' | 'person' | 'system';
  /** The principal's uuid, or the name of the part of Registrar that acts, e.g. `worker`. */
  readonly id: string;
  readonly name?: string;
}

export const ENVIRONMENTS = ['sandbox', 'non_production', 'production'] as const;
/** What an EHR is for. Nothing that authenticates ever crosses from one to another. */
export type Environment = (typeof ENVIRONMENTS)[number];

/**
 * The scope of one unit of work. It comes from the authenticated principal or from the operation that is being worked
 * on, never from a body or a header.
 */
export interface UnitOfWork {
  readonly workspaceId: string;
  /** Present when the principal is bound to tenants: row-level security then hides every other tenant's rows. */
  readonly tenantIds?: readonly string[];
  /** Present when the principal is bound to one environment: EHRs of another are refused. Not known to row-level security. */
  readonly environment?: Environment;
  /** Present when the principal is bound to one application: no other is seen. Not known to row-level security. */
  readonly applicationId?: string;
  readonly actor: WorkActor;
  /** The address that the call came from; absent for what Registrar does by itself. Ends up in audit events. */
  readonly from?: string;
  readonly requestId: string;
}
