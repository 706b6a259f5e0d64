import type { Database, Transaction } from '@registrar/database';
import { keySetDocument, publishedDocument, type PublicJwk, type PublishedDocument } from '@registrar/keys';
import type { Work } from '@registrar/registrations';

/** A key set as its URL stands in portals, with every key that is in use or on its way in or out. */
export interface PublishedKeys {
  readonly id: string;
  readonly url: string;
  readonly keys: readonly PublishedKey[];
}

export interface PublishedKey {
  readonly credentialId: string;
  readonly registrationId: string;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
}

/** Reads a key set with the keys of all credentials that use it and are not retired; a shared client has many. */
export async function publishedKeys(database: Database, work: Work, keySetId: string): Promise<PublishedKeys> {
  return database.transaction(work.scope, (tx) => readKeys(tx, keySetId));
}

async function readKeys(tx: Transaction, keySetId: string): Promise<PublishedKeys> {
  const [set] = await tx.query<{ url: string }>('SELECT url FROM key_sets WHERE id = $1', [keySetId]);
  if (!set) throw new Error('A credential of a key set has its key set');
  const keys = await tx.query<PublishedKey>(
    `SELECT id AS "credentialId", registration_id AS "registrationId", kid, public_jwk AS "publicJwk" FROM credentials
      WHERE workspace_id = $2 AND key_set_id = $1 AND stage <> 'retired' AND kid IS NOT NULL AND public_jwk IS NOT NULL ORDER BY version, id`,
    [keySetId, tx.scope.workspaceId],
  );
  return { id: keySetId, url: set.url, keys };
}

/** Credentials of other hospitals that use the same set with keys of their own. */
export function othersKeys(set: PublishedKeys, registrationId: string): string[] {
  const own = new Set(set.keys.flatMap((key) => (key.registrationId === registrationId ? [key.kid] : [])));
  return set.keys.filter(({ kid }) => !own.has(kid)).map(({ credentialId }) => credentialId);
}

/**
 * The document of a key set with these keys more and those less; never without a key, never with a kid twice.
 * @throws Error where no key would be left: an EHR that finds none lets nobody in.
 */
export function documentWith(
  set: PublishedKeys,
  change: { readonly add?: readonly PublicJwk[]; readonly drop?: readonly string[]; readonly only?: readonly string[] },
): PublishedDocument {
  const kept = set.keys.filter(
    ({ credentialId }) => !change.drop?.includes(credentialId) && (change.only === undefined || change.only.includes(credentialId)),
  );
  const keys = new Map([...kept.map(({ publicJwk }) => publicJwk), ...(change.add ?? [])].map((jwk) => [jwk['kid'] ?? '', jwk]));
  if (keys.size === 0) throw new Error('A key set is never published without a key');
  return publishedDocument(set.id, 'jwks', set.url, keySetDocument([...keys.values()]));
}
