import type { Database } from '@registrar/database';
import type { Work } from '@registrar/registrations';

/** The URL at which a key set is published, as it stands in portals and at servers. */
export async function urlOfKeySet(database: Database, work: Work, keySetId: string): Promise<string> {
  const [set] = await database.transaction(work.scope, (tx) =>
    tx.query<{ url: string }>('SELECT url FROM key_sets WHERE workspace_id = $2 AND id = $1', [keySetId, tx.scope.workspaceId]),
  );
  if (!set) throw new Error('A credential of a key set has its key set');
  return set.url;
}
