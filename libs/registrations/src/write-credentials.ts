import { insertRows, type Transaction } from '@registrar/database';
import { destroySecrets, storeSecrets } from '@registrar/vault';
import type { Change } from './change.js';

const KEY_SETS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  authorization_server_id: 'uuid',
  environment: 'text',
  url: 'text',
  created_at: 'timestamptz',
} as const;

type Publishing = Pick<Change, 'workspaceId' | 'tenantId' | 'keySet'>;
type Crediting = Pick<Change, 'workspaceId' | 'tenantId' | 'registrationId' | 'credentials'>;

export async function insertKeySets(tx: Transaction, changes: readonly Publishing[], now: Date): Promise<void> {
  const rows = changes.flatMap((change) => {
    const set = change.keySet;
    if (!set) return [];
    return [
      {
        workspace_id: change.workspaceId,
        id: set.id,
        tenant_id: change.tenantId,
        authorization_server_id: set.authorizationServerId,
        environment: set.environment,
        url: set.url,
        created_at: now,
      },
    ];
  });
  await insertRows(tx, 'key_sets', KEY_SETS, rows);
}

const CREDENTIALS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  registration_id: 'uuid',
  client_id: 'uuid',
  key_set_id: 'uuid',
  kind: 'text',
  version: 'integer',
  stage: 'text',
  alg: 'text',
  kid: 'text',
  public_jwk: 'jsonb',
  expires_at: 'timestamptz',
  created_at: 'timestamptz',
} as const;

export async function insertCredentials(tx: Transaction, changes: readonly Crediting[], now: Date): Promise<void> {
  const rows = changes.flatMap((change) =>
    (change.credentials ?? []).map((credential) => ({
      workspace_id: change.workspaceId,
      id: credential.id,
      tenant_id: change.tenantId,
      registration_id: change.registrationId,
      client_id: credential.clientId,
      key_set_id: credential.keySetId,
      kind: credential.kind,
      version: credential.version,
      stage: 'pending',
      alg: credential.alg,
      kid: credential.kid,
      public_jwk: credential.publicJwk,
      expires_at: credential.expiresAt,
      created_at: now,
    })),
  );
  await insertRows(tx, 'credentials', CREDENTIALS, rows);
}

export async function attachCredentials(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const attach = changes.flatMap((change) => (change.attach ? [change.attach] : []));
  if (attach.length === 0) return;
  await tx.prepared(
    `UPDATE credentials c SET client_id = i.client_id FROM unnest($1::uuid[], $2::uuid[]) AS i (id, client_id) WHERE c.id = i.id`,
    [attach.map((one) => one.credentialId), attach.map((one) => one.clientId)],
  );
}

/**
 * Of a later end it is told anew, and another day is its day: the next look at the schedule writes which. A rotation that is under way
 * keeps its own: where answers say a later end each time, one that comes to nothing would begin again at once.
 */
export async function changeExpiries(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const expiries = changes.flatMap((change) => change.expiries ?? []);
  if (expiries.length === 0) return;
  await tx.prepared(
    `WITH changed AS (
       UPDATE credentials k SET expires_at = i.at, alarmed_days = CASE WHEN i.at <= k.expires_at + interval '1 day' THEN k.alarmed_days END
         FROM unnest($1::uuid[], $2::timestamptz[]) AS i (id, at)
        WHERE k.workspace_id = $3 AND k.id = i.id AND k.stage <> 'retired' RETURNING k.registration_id, i.at)
     UPDATE registrations r SET reschedule = true FROM changed WHERE r.workspace_id = $3 AND r.id = changed.registration_id
       AND (changed.at < r.next_rotation_at OR NOT EXISTS (SELECT 1 FROM operations o WHERE o.workspace_id = $3 AND o.registration_id = r.id
            AND o.kind = 'rotate' AND o.status IN ('queued', 'running', 'waiting')))`,
    [expiries.map((one) => one.credentialId), expiries.map((one) => one.expiresAt), tx.scope.workspaceId],
  );
}

/** Before the new ones are inserted: a registration has one pending credential and one current one at a time. */
export async function retireCredentials(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const retired = changes.flatMap((change) => change.retire ?? []);
  if (retired.length === 0) return;
  await tx.prepared(`UPDATE credentials SET stage = 'retired', retired_at = $2 WHERE id = ANY ($1::uuid[]) AND stage <> 'retired'`, [
    retired,
    now,
  ]);
}

/** The way back while an overlap is open: what was previous is current again, what took its place is retired or kept as previous. */
export async function rollBackCredentials(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const back = changes.flatMap((change) => (change.rollBack ? [{ ...change.rollBack, registrationId: change.registrationId }] : []));
  if (back.length === 0) return;
  await tx.all([
    tx.prepared(
      `UPDATE credentials c SET stage = CASE WHEN i.keep THEN 'previous' ELSE 'retired' END, retired_at = CASE WHEN i.keep THEN NULL ELSE $3::timestamptz END
         FROM unnest($1::uuid[], $2::boolean[]) AS i (id, keep) WHERE c.stage = 'current' AND c.registration_id = i.id`,
      [back.map((one) => one.registrationId), back.map((one) => one.keep === true), now],
    ),
    // Its end was that of the overlap which is over now: the next rotation opens another one for it.
    tx.prepared(
      `UPDATE credentials c SET stage = 'current', promoted_at = $2, retire_at = NULL, retirement = NULL, replace_at = i.replace_at
         FROM unnest($1::uuid[], $3::timestamptz[]) AS i (id, replace_at) WHERE c.id = i.id AND c.stage = 'previous'`,
      [back.map((one) => one.credentialId), now, back.map((one) => one.replaceAt ?? null)],
    ),
  ]);
}

/** Nothing is promoted before its proof; what was current stays readable as previous. */
export async function promoteCredentials(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const promoted = changes.filter((change) => change.promote);
  if (promoted.length === 0) return;
  await tx.all([
    tx.prepared(`UPDATE credentials SET stage = 'previous' WHERE stage = 'current' AND registration_id = ANY ($1::uuid[])`, [
      promoted.map((change) => change.registrationId),
    ]),
    tx.prepared(`UPDATE credentials SET stage = 'current', promoted_at = $2 WHERE id = ANY ($1::uuid[]) AND stage = 'pending'`, [
      promoted.map((change) => change.promote?.credentialId),
      now,
    ]),
  ]);
}

/** What was discarded is destroyed before what takes its place is stored. */
export async function spendSecrets(tx: Transaction, changes: readonly Change[]): Promise<void> {
  await destroySecrets(
    tx,
    changes.flatMap((change) => change.spentSecrets ?? []),
  );
}

export async function insertSecrets(tx: Transaction, changes: readonly Pick<Change, 'secrets'>[], now: Date): Promise<void> {
  await storeSecrets(
    tx,
    changes.flatMap((change) => change.secrets ?? []),
    now,
  );
}
