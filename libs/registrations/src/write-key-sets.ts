import type { Transaction } from '@registrar/database';
import { keySetDocument, publish, publishedDocument, type PublicJwk } from '@registrar/keys';
import type { Change } from './change.js';

/**
 * Holds what is published of key sets until the end of the transaction: whoever changes one waits, and then sees what the other has written. Always in
 * the order of their ids.
 */
export async function holdKeySets(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.prepared(`SELECT id FROM published_documents WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`, [[...ids]]);
}

const WITHDRAW = `
UPDATE credentials k SET withdrawn_at = $1
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::jsonb[]) AS i (key_set_id, registration_id, keep, withdraw)
 WHERE k.workspace_id = $6 AND k.key_set_id = i.key_set_id AND k.stage <> 'retired' AND k.withdrawn_at IS NULL
   AND (i.withdraw ? k.id::text OR k.registration_id = i.registration_id AND k.id <> i.keep)`;

// What is suspended or leaves is rotated by nobody, and would keep a compromised key published: it has no use of it, and gets a new one on coming back.
const WITHDRAW_RESTING = `
UPDATE credentials k SET withdrawn_at = $1
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS i (key_set_id, registration_id, keep), registrations r, tenants t, ehrs e, applications a
 WHERE k.workspace_id = $5 AND k.key_set_id = i.key_set_id AND k.registration_id <> i.registration_id AND k.stage <> 'retired' AND k.withdrawn_at IS NULL
   AND k.kid IN (SELECT own.kid FROM credentials own
                  WHERE own.workspace_id = $5 AND own.registration_id = i.registration_id AND own.key_set_id = i.key_set_id AND own.id <> i.keep)
   AND r.workspace_id = $5 AND r.id = k.registration_id AND t.workspace_id = $5 AND t.id = r.tenant_id
   AND e.workspace_id = $5 AND e.id = r.ehr_id AND a.workspace_id = $5 AND a.id = r.application_id
   AND (r.status IN ('deregistering', 'deregistered') OR r.status = 'suspended' AND r.suspended_from IN ('active', 'credential_failed')
     OR r.status IN ('active', 'credential_failed') AND (t.status <> 'active' OR num_nonnulls(t.suspended_at, e.suspended_at, a.suspended_at) > 0))`;

// A key is published while anybody's credential needs it: hospitals that share a client may hold the same one.
const KEYS = `
SELECT s.id, s.url, k.public_jwk AS jwk FROM key_sets s
  JOIN credentials k ON k.workspace_id = $1 AND k.key_set_id = s.id AND k.stage <> 'retired' AND k.withdrawn_at IS NULL
   AND k.kid IS NOT NULL AND k.public_jwk IS NOT NULL
 WHERE s.workspace_id = $1 AND s.id = ANY ($2::uuid[]) ORDER BY s.id, k.version, k.id`;

/**
 * Publishes key sets as their credentials stand, each key once. Call after `holdKeySets`, and when all else is written. One
 * that would be left without a key stays as it is: an EHR that finds none lets nobody in.
 */
export async function republishKeySets(tx: Transaction, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.prepared<{ id: string; url: string; jwk: PublicJwk }>(KEYS, [tx.scope.workspaceId, [...new Set(ids)]]);
  const sets = new Map<string, { readonly url: string; readonly keys: Map<unknown, PublicJwk> }>();
  for (const { id, url, jwk } of rows) {
    const set = sets.get(id) ?? { url, keys: new Map<unknown, PublicJwk>() };
    sets.set(id, set);
    set.keys.set(jwk['kid'], jwk);
  }
  const documents = [...sets].map(([id, { url, keys }]) => publishedDocument(id, 'jwks', url, keySetDocument([...keys.values()])));
  await publish(tx, documents, now);
}

/** The key sets that these changes are about. */
export function keySetsOf(changes: readonly Pick<Change, 'keySets'>[]): string[] {
  return [...new Set(changes.flatMap(({ keySets = [] }) => keySets.map(({ id }) => id)))];
}

/** Takes out what leaves, and publishes what is left with what is new. */
export async function writeKeySets(
  tx: Transaction,
  changes: readonly Pick<Change, 'registrationId' | 'keySets'>[],
  now: Date,
): Promise<void> {
  const rows = changes.flatMap(({ registrationId, keySets = [] }) => keySets.map((set) => ({ ...set, registrationId })));
  if (rows.length === 0) return;
  await tx.prepared(WITHDRAW, [
    now,
    rows.map(({ id }) => id),
    rows.map(({ registrationId }) => registrationId),
    rows.map(({ keepOnly }) => keepOnly ?? null),
    rows.map(({ withdraw }) => JSON.stringify(withdraw ?? [])),
    tx.scope.workspaceId,
  ]);
  const compromised = rows.filter(({ keepOnly }) => keepOnly !== undefined);
  if (compromised.length > 0)
    await tx.prepared(WITHDRAW_RESTING, [
      now,
      compromised.map(({ id }) => id),
      compromised.map(({ registrationId }) => registrationId),
      compromised.map(({ keepOnly }) => keepOnly),
      tx.scope.workspaceId,
    ]);
  await republishKeySets(tx, keySetsOf(changes), now);
}
