import type { Environment, UnitOfWork } from '@registrar/database';
import { PERMISSIONS, type Permission, type Role } from './role.js';

/** The workspace that the first start makes; its owners are the platform's operators. */
export const FIRST_WORKSPACE_ID = '00000000-0000-7000-8000-000000000001';

/** What narrows what a caller sees of its workspace. */
export interface Bindings {
  /** Present when bound: nothing of another tenant is there for it. */
  readonly tenantIds?: readonly string[];
  /** Present when bound to one application. */
  readonly applicationId?: string;
  /** Present when bound to one environment. */
  readonly environment?: Environment;
}

/** Who calls, as far as they have proven it: a key, or a person for whom an OpenID provider vouches. */
export interface Principal extends Bindings {
  readonly workspaceId: string;
  readonly type: 'api_key' | 'person';
  /** The key's or the person's. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Present when it comes with a browser's session. */
  readonly sessionId?: string;
}

/** Whether the principal's role may do that. Bindings narrow what is seen; they are checked where rows are read. */
export function permits(principal: Principal, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  if (!roles.includes(principal.role)) return false;
  return !permission.startsWith('workspaces.') || isOperator(principal);
}

/** Everything that `permits` says yes to, in the order of the table. */
export function permissionsOf(principal: Principal): Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => permits(principal, permission));
}

/** Whether nothing narrows what the principal sees of its workspace. */
export function isUnbound(principal: Bindings): boolean {
  return principal.tenantIds === undefined && principal.applicationId === undefined && principal.environment === undefined;
}

function isOperator(principal: Principal): boolean {
  return principal.workspaceId === FIRST_WORKSPACE_ID && principal.role === 'owner' && isUnbound(principal);
}

/** The bindings of a row, without those that it does not have. */
export function bindingsOf(row: {
  readonly tenantIds: readonly string[] | null;
  readonly applicationId: string | null;
  readonly environment: Environment | null;
}): Bindings {
  return {
    ...(row.tenantIds ? { tenantIds: row.tenantIds } : {}),
    ...(row.applicationId === null ? {} : { applicationId: row.applicationId }),
    ...(row.environment ? { environment: row.environment } : {}),
  };
}

/** The scope of everything that a request of this principal does. `from`: the address that it came from. */
export function scopeOf(principal: Principal, requestId: string, from?: string): UnitOfWork {
  const { workspaceId, tenantIds, applicationId, environment, type, id, name } = principal;
  return {
    workspaceId,
    ...(tenantIds ? { tenantIds } : {}),
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(environment ? { environment } : {}),
    actor: { type, id, name },
    ...(from === undefined ? {} : { from }),
    requestId,
  };
}
