import { PERMISSIONS, ROLES, type Role } from '@registrar/access';
import type { Route } from './api-document.js';
import type { RightsWorld } from './rights-world.js';
import { unknownId } from './world-rows.js';

/** A role's key of some workspace. */
export interface RoleKey {
  readonly role: Role;
  readonly key: string;
  /** Of the first workspace, whose owners are the platform's operators. */
  readonly isOfFirst: boolean;
}

export interface RoleTable {
  readonly cells: number;
  readonly allowed: number;
  /** Cells in which the answer is not what the table of permissions says. */
  readonly surprises: string[];
}

const REFUSED = 'api.forbidden';

/**
 * Calls every route with every key, so that nothing can come of it: with ids that were never given, and a body that no call
 * takes. Whoever may not is told so before anything of the request is looked at; whoever may is told what is wrong with it.
 */
export async function roleTable(world: RightsWorld, routes: readonly Route[], keys: readonly RoleKey[]): Promise<RoleTable> {
  const surprises: string[] = [];
  let [cells, allowed] = [0, 0];
  for (const route of routes) {
    if (route.permission === 'public' || route.permission === undefined) continue;
    const answers = await Promise.all(keys.map(({ key }) => callNothing(world, route, key)));
    for (const [index, { role, isOfFirst }] of keys.entries()) {
      const may = isAllowed(route.permission, role, isOfFirst);
      const { status, code } = answers[index] ?? { status: 0, code: '' };
      const isRefused = status === 403 && code === REFUSED;
      cells += 1;
      if (may) allowed += 1;
      if (isRefused === may || status === 401 || status >= 500 || (status === 403 && !isRefused))
        surprises.push(`${role}: ${route.method} ${route.path} (${route.permission}) is answered ${status} ${code}`);
    }
  }
  return { cells, allowed, surprises };
}

/** As libs/access/src/role.ts has it; the workspaces are the platform operator's. */
export function isAllowed(permission: keyof typeof PERMISSIONS, role: Role, isOfFirst: boolean): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role) && (isOfFirst || !permission.startsWith('workspaces.'));
}

async function callNothing(world: RightsWorld, route: Route, key: string): Promise<{ status: number; code: string }> {
  const path = route.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const place = route.placements.find(({ where, at }) => where === 'path' && at[0] === name);
    return unknownId(place?.prefixes[0] ?? 'ws');
  });
  const takesBody = route.method !== 'GET' && route.method !== 'DELETE';
  const { status, body } = await world.stack.call<{ code?: string }>(route.method, path, {
    key,
    ...(takesBody ? { body: { no_call_takes_this: true } } : {}),
  });
  return { status, code: body.code ?? '' };
}

/** A key of each role, and of another workspace's owner. */
export async function keysOfRoles(world: RightsWorld): Promise<RoleKey[]> {
  const own = await Promise.all(ROLES.map(async (role) => ({ role, key: await world.key(role), isOfFirst: true })));
  return [...own, { role: 'owner', key: world.otherKey, isOfFirst: false }];
}
