import { parsePublicId, type Database } from '@registrar/database';
import { kekUses, type KeyOwner } from '@registrar/vault';

/** Whose data key is meant, by the public id of a hospital or a workspace. @throws Error where there is none. */
export async function findKeyOwner(database: Database, id: string): Promise<KeyOwner> {
  const [tenantId, asked] = [parsePublicId('ten', id), parsePublicId('ws', id)];
  const workspaces = new Set((await kekUses(database)).flatMap(({ workspaceId }) => workspaceId ?? []));
  if (asked !== undefined && workspaces.has(asked)) return { workspaceId: asked };
  if (tenantId !== undefined)
    // Row-level security shows one workspace at a time; this is a command, and there are few.
    for (const workspaceId of workspaces) {
      const scope = { workspaceId, actor: { type: 'system', id: 'keys' }, requestId: 'keys' } as const;
      const rows = await database.transaction(scope, (tx) => tx.query('SELECT 1 FROM tenants WHERE id = $1', [tenantId]));
      if (rows.length > 0) return { workspaceId, tenantId };
    }
  throw new Error(`There is no hospital (ten_…) or workspace (ws_…) with keys of the name ${id}.`);
}
