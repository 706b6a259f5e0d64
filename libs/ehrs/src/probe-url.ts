import type { Transaction } from '@registrar/database';
import type { StoredDiscovery } from './ehr.js';

interface Row {
  readonly id: string;
  readonly transport_version: number | null;
  readonly discovery: StoredDiscovery | null;
  readonly endpoint: string | null;
}

const ROWS = `
SELECT e.id, e.transport_version, e.discovery, coalesce(s.endpoints->>'registration', s.endpoints->>'token') AS endpoint FROM ehrs e
  JOIN authorization_servers s ON s.workspace_id = e.workspace_id AND s.id = e.authorization_server_id
 WHERE e.workspace_id = $1 AND e.authorization_server_id = $2 ORDER BY e.id LIMIT 8`;

/** A document of metadata that the server has shown before, at the origin of its endpoints where there is one there, and the EHR that it is of. */
export async function probeUrl(
  tx: Transaction,
  authorizationServerId: string,
): Promise<{ readonly url: string; readonly ehrId: string; readonly transportVersion: number | undefined } | undefined> {
  const rows = await tx.query<Row>(ROWS, [tx.scope.workspaceId, authorizationServerId]);
  const found = rows.flatMap(({ id, transport_version: version, discovery }) =>
    (discovery?.documents ?? [])
      .filter((document) => document.found)
      .map(({ url }) => ({ url, ehrId: id, transportVersion: version ?? undefined })),
  );
  const endpoint = rows.find((row) => row.endpoint !== null)?.endpoint;
  const origin = typeof endpoint === 'string' ? new URL(endpoint).origin : undefined;
  return found.find(({ url }) => new URL(url).origin === origin) ?? found[0];
}
