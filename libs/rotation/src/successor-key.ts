import type { KeyAlg } from '@registrar/keys';
import { credentialOwner, type Change, type UpstreamAccess, type Work, type WorkCredential } from '@registrar/registrations';

export interface SuccessorKey {
  readonly credential: WorkCredential;
  readonly rows: Pick<Change, 'credentials' | 'secrets'>;
}

/** Makes the next key of a client, of the algorithm that it signs with, sealed before anybody hears of it. */
export async function successorKey(work: Work, access: UpstreamAccess, id: string): Promise<SuccessorKey> {
  const { client, current } = work;
  if (!client || !current) throw new Error('A key is replaced where there is one');
  const alg: KeyAlg = current.alg ?? 'ES384';
  const pair = await access.keys.take(work.scope, alg);
  const owner = credentialOwner({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id }, client);
  const sealer = await access.vault.prepare(owner);
  const version = work.lastVersion + 1;
  const sealed = sealer.seal({ subjectId: id, kind: 'private_key', version }, pair.privateJwk);
  const keySet = current.keySetId === undefined ? {} : { keySetId: current.keySetId };
  const known = { id, kind: 'private_key', version, alg, kid: pair.kid, publicJwk: pair.publicJwk, ...keySet } as const;
  const clientId = client.id;
  return {
    credential: { ...known, stage: 'pending', clientId, sealed },
    rows: {
      credentials: [{ ...known, clientId }],
      secrets: [{ ...owner, subjectId: id, kind: 'private_key', version, sealed }],
    },
  };
}
