import { setTimeout as wait } from 'node:timers/promises';
import type { Database, UnitOfWork } from '@registrar/database';
import type { Problem } from '@registrar/problem';
import type { CredentialMaterial } from './credential-material.js';

const LOOK_MS = 25;
const LONGEST_MS = 3_000;

const STANDING = `
SELECT k.id AS current, EXISTS (SELECT 1 FROM operations o WHERE o.workspace_id = $2 AND o.registration_id = $1 AND o.kind = 'rotate' AND o.status = 'running') AS rotating
  FROM credentials k WHERE k.workspace_id = $2 AND k.registration_id = $1 AND k.stage = 'current'`;

/**
 * A server with one slot refuses the old secret as soon as it has issued the next (H-03), which is proven and current a
 * moment later: whoever was refused in between waits for that moment and asks again, instead of being told of it.
 * @returns whether another credential is the current one by now.
 */
export async function awaitReplacement(
  database: Database,
  scope: UnitOfWork,
  material: CredentialMaterial,
  problem: Problem,
): Promise<boolean> {
  if (problem.code !== 'registrations.token_refused' || problem.options.upstream?.error !== 'invalid_client') return false;
  // Elapsed time of this process: how long this caller is made to wait.
  for (const until = performance.now() + LONGEST_MS; performance.now() < until;) {
    const [row] = await database.transaction(scope, (tx) =>
      tx.prepared<{ current: string; rotating: boolean }>(STANDING, [material.registrationId, scope.workspaceId]),
    );
    if (row && row.current !== material.credential.id) return true;
    if (!row?.rotating) return false;
    await wait(LOOK_MS);
  }
  return false;
}
