import { publicId } from '@registrar/database';
import { keySetDocument, keySetUrl, publishedDocument, type KeyAlg } from '@registrar/keys';
import { newId, type Sealer } from '@registrar/vault';
import type { Change } from './change.js';
import type { DocumentKeys } from './document-of.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkCredential } from './work.js';

/** The key pair that a client is registered with: made and sealed before anything is sent, and used again when the sending is repeated. */
export interface ClientKeys {
  readonly keys: DocumentKeys;
  readonly credential: WorkCredential;
  /** The rows that publish it; empty where the pair was made by an earlier try. */
  readonly rows: Pick<Change, 'keySet' | 'documents' | 'credentials' | 'secrets'>;
}

/** The registration's pending pair of that algorithm, or a new one with the rows that seal and publish it. */
export async function clientKeys(work: Work, alg: KeyAlg, access: UpstreamAccess, sealer: Sealer): Promise<ClientKeys> {
  const { pending } = work;
  if (pending?.kind === 'private_key' && pending.alg === alg && pending.keySetId !== undefined && pending.publicJwk) {
    return { keys: { keySetId: pending.keySetId, publicJwk: pending.publicJwk }, credential: pending, rows: {} };
  }
  const pair = await access.keys.take(work.scope, alg);
  const [id, keySetId, version] = [newId(), newId(), work.lastVersion + 1];
  const sealed = sealer.seal({ subjectId: id, kind: 'private_key', version }, pair.privateJwk);
  const { workspaceId } = work.scope;
  return {
    keys: { keySetId, publicJwk: pair.publicJwk },
    credential: { id, kind: 'private_key', version, stage: 'pending', keySetId, alg, kid: pair.kid, publicJwk: pair.publicJwk, sealed },
    rows: {
      keySet: {
        id: keySetId,
        url: keySetUrl(access.publicUrl, keySetId),
        authorizationServerId: work.upstream.authorizationServerId,
        environment: work.registration.environment,
      },
      documents: [publishedDocument(keySetId, 'jwks', keySetUrl(access.publicUrl, keySetId), keySetDocument([pair.publicJwk]))],
      credentials: [{ id, keySetId, kind: 'private_key', version, alg, kid: pair.kid, publicJwk: pair.publicJwk }],
      secrets: [{ workspaceId, tenantId: work.tenant.id, subjectId: id, kind: 'private_key', version, sealed }],
    },
  };
}

/** The marker by which an attempt can be found at the server: its public id, never a secret. */
export function markerOf(attemptId: string): string {
  return publicId('att', attemptId);
}
