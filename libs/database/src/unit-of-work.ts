/** Who acts: a principal of the API, or Registrar itself. Ends up in audit events. */
export interface WorkActor {
  readonly type: 'api_key' | 'person' | 'system';
  /** The principal's uuid, or the name of the part of Registrar that acts, e.g. `worker`. */
  readonly id: string;
  readonly name?: string;
}

/**
 * The scope of one unit of work. It comes from the authenticated principal or from the operation that is being worked
 * on, never from a body or a header.
 */
export interface UnitOfWork {
  readonly workspaceId: string;
  /** Present when the principal is bound to tenants: row-level security then hides every other tenant's rows. */
  readonly tenantIds?: readonly string[];
  readonly actor: WorkActor;
  readonly requestId: string;
}
