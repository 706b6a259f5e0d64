import type { Transaction } from '@registrar/database';
import type { Change } from './change.js';

/**
 * Who may leave a client to the others that use it. The client is locked and then looked at, so that of the last two who
 * leave at once, the second one sees that it is the last. @returns the changes that must not be written: theirs is the last
 * registration, or another change of the same group is about the same client.
 */
export async function lastOfClient(tx: Transaction, changes: readonly Change[]): Promise<ReadonlySet<Change>> {
  const leaving = changes.filter((change) => change.onlyIfShared !== undefined);
  if (leaving.length === 0) return new Set();
  const ids = [...new Set(leaving.flatMap((change) => change.onlyIfShared ?? []))].sort();
  await tx.prepared(`SELECT id FROM clients WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE`, [
    tx.scope.workspaceId,
    ids,
  ]);
  const rows = await tx.prepared<{ id: string; n: number }>(
    `SELECT client_id AS id, count(*)::integer AS n FROM registrations WHERE workspace_id = $1 AND client_id = ANY ($2::uuid[]) AND status <> 'deregistered' GROUP BY client_id`,
    [tx.scope.workspaceId, ids],
  );
  const users = new Map(rows.map((row) => [row.id, row.n]));
  const seen = new Set<string>();
  return new Set(
    leaving.filter(({ onlyIfShared: id = '' }) => {
      const refused = seen.has(id) || (users.get(id) ?? 0) < 2;
      seen.add(id);
      return refused;
    }),
  );
}

const RETIRE = `UPDATE credentials SET stage = 'retired', retired_at = $3 WHERE workspace_id = $1 AND registration_id = ANY ($2::uuid[]) AND stage <> 'retired'`;
const DESTROY = `
DELETE FROM secrets s WHERE s.workspace_id = $1
   AND (s.subject_id = ANY ($3::uuid[]) OR s.subject_id IN (SELECT k.id FROM credentials k WHERE k.workspace_id = $1 AND k.registration_id = ANY ($2::uuid[])))`;
const DROP_TOKENS = `DELETE FROM access_tokens WHERE workspace_id = $1 AND registration_id = ANY ($2::uuid[])`;
const DROP_ANSWERS = `UPDATE attempts SET answer = NULL, answer_key_id = NULL WHERE workspace_id = $1 AND registration_id = ANY ($2::uuid[]) AND answer IS NOT NULL`;

/** Destroys everything that could be used of these registrations: credentials, registration access tokens, tokens, kept answers. */
export async function forget(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const going = changes.filter((change) => change.forget !== undefined);
  if (going.length === 0) return;
  const ids = going.map((change) => change.registrationId);
  const { workspaceId } = tx.scope;
  await tx.all([
    tx.prepared(RETIRE, [workspaceId, ids, now]),
    tx.prepared(DESTROY, [workspaceId, ids, going.flatMap((change) => change.forget?.clientIds ?? [])]),
    tx.prepared(DROP_TOKENS, [workspaceId, ids]),
    tx.prepared(DROP_ANSWERS, [workspaceId, ids]),
  ]);
}
