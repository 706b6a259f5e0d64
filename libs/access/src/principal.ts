import type { Environment, UnitOfWork } from '@registrar/database';
import { PERMISSIONS, type Permission, type Role } from './role.js';

/** The workspace that the first start makes; its owners are the platform's operators. */
export const FIRST_WORKSPACE_ID = '00000000-0000-7000-8000-000000000001';

/** Who calls, as far as they have proven it. */
export interface Principal {
  readonly workspaceId: string;
  readonly apiKeyId: string;
  readonly name: string;
  readonly role: Role;
  /** Present when bound: nothing of another tenant is there for it. */
  readonly tenantIds?: readonly string[];
  /** Present when bound to one application. */
  readonly applicationId?: string;
  /** Present when bound to one environment. */
  readonly environment?: Environment;
}

/** Whether the principal's role may do that. Bindings narrow what is seen; they are checked where rows are read. */
export function permits(principal: Principal, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  if (!roles.includes(principal.role)) return false;
  return !permission.startsWith('workspaces.') || isOperator(principal);
}

/** Whether nothing narrows what the principal sees of its workspace. */
export function isUnbound(principal: Pick<Principal, 'tenantIds' | 'applicationId' | 'environment'>): boolean {
  return principal.tenantIds === undefined && principal.applicationId === undefined && principal.environment === undefined;
}

function isOperator(principal: Principal): boolean {
  return principal.workspaceId === FIRST_WORKSPACE_ID && principal.role === 'owner' && isUnbound(principal);
}

/** The scope of everything that a request of this principal does. `from`: the address that it came from. */
export function scopeOf(principal: Principal, requestId: string, from?: string): UnitOfWork {
  const { workspaceId, tenantIds, applicationId, environment } = principal;
  return {
    workspaceId,
    ...(tenantIds ? { tenantIds } : {}),
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(environment ? { environment } : {}),
    actor: { type: 'api_key', id: principal.apiKeyId, name: principal.name },
    ...(from === undefined ? {} : { from }),
    requestId,
  };
}
