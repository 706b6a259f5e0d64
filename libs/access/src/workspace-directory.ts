import type { Database, PageRequest } from '@registrar/database';

/** The ids of all workspaces that somebody can enter, newest first and one more than asked for: for the platform's operator. */
export async function workspaceIds(database: Database, { limit, after }: PageRequest): Promise<{ id: string }[]> {
  return database.routing<{ id: string }>(
    `SELECT DISTINCT workspace_id AS id FROM api_key_index WHERE $1::uuid IS NULL OR workspace_id < $1 ORDER BY workspace_id DESC LIMIT $2`,
    [after ?? null, limit + 1],
  );
}
