import type { Transaction } from '@registrar/database';
import { readersBehind, type ReadersBehind } from '@registrar/registrations';
import { hurryWorkspace } from './schedule.repository.js';

/** Where another client took the place of the old one: the longest that a token lives that the old one was given. */
const TOKEN_MS = 3_600_000;

interface Previous {
  readonly id: string;
  readonly swapped: boolean;
}

// A secret that nobody was shown is used by Registrar alone; its overlap is there for the way back.
const OPEN = `
SELECT p.id, p.client_id IS DISTINCT FROM r.client_id AS swapped FROM credentials p
  JOIN registrations r ON r.workspace_id = $1 AND r.id = p.registration_id
 WHERE p.workspace_id = $1 AND p.registration_id = $2 AND p.stage = 'previous' AND p.kind = 'client_secret' AND p.retire_at > $3
   AND EXISTS (SELECT 1 FROM credential_readers x WHERE x.workspace_id = $1 AND x.credential_id = p.id) FOR NO KEY UPDATE OF p`;

/**
 * Ends the overlap of a secret as soon as everybody who was shown it has been shown its successor, in the transaction that notes the
 * last of them. With a client that was replaced, tokens end that are in use: it stays until those have ended by themselves.
 */
export async function retireWhenRead(tx: Transaction, registrationId: string, now: Date): Promise<void> {
  const open = await tx.query<Previous>(OPEN, [tx.scope.workspaceId, registrationId, now]);
  if (open.length === 0) return;
  const behind = new Set(
    (
      await readersBehind(
        tx,
        open.map(({ id }) => id),
      )
    ).map(({ credentialId }) => credentialId),
  );
  const ended = open.filter(({ id }) => !behind.has(id));
  if (ended.length === 0) return;
  await tx.query(
    `UPDATE credentials c SET retire_at = least(c.retire_at, i.at) FROM unnest($2::uuid[], $3::timestamptz[]) AS i (id, at)
      WHERE c.workspace_id = $1 AND c.id = i.id`,
    [tx.scope.workspaceId, ended.map(({ id }) => id), ended.map(({ swapped }) => new Date(now.getTime() + (swapped ? TOKEN_MS : 0)))],
  );
  await hurryWorkspace(tx, now);
}

// A server with one slot refused the old one as it issued the next: nobody can have come in time, and nobody is named.
const OVER = `
SELECT p.id FROM credentials p
  JOIN credentials c ON c.workspace_id = $1 AND c.registration_id = p.registration_id AND c.stage = 'current'
 WHERE p.workspace_id = $1 AND p.stage = 'previous' AND p.kind = 'client_secret' AND p.retire_at <= $2
   AND p.retire_at >= c.promoted_at + interval '1 minute' AND NOT coalesce(p.retirement ? 'readers_behind', false)
 ORDER BY p.retire_at LIMIT $3`;

/**
 * Of the secrets whose overlap is over, before they go: those that somebody still relies on, each once. How many they are stands
 * with the credential from then on.
 */
export async function takeReadersBehind(tx: Transaction, now: Date, limit: number): Promise<ReadersBehind[]> {
  const over = await tx.prepared<{ id: string }>(OVER, [tx.scope.workspaceId, now, limit]);
  if (over.length === 0) return [];
  const behind = await readersBehind(
    tx,
    over.map(({ id }) => id),
  );
  if (behind.length > 0)
    await tx.query(
      `UPDATE credentials c SET retirement = coalesce(c.retirement, '{}') || jsonb_build_object('readers_behind', i.count)
         FROM unnest($2::uuid[], $3::integer[]) AS i (id, count) WHERE c.workspace_id = $1 AND c.id = i.id`,
      [tx.scope.workspaceId, behind.map(({ credentialId }) => credentialId), behind.map(({ readers }) => readers.length)],
    );
  return behind;
}
