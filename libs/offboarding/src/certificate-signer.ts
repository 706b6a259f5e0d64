import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import { generateKeyPair, keySetDocument, keySetUrl, publish, publishedDocument, signDocument } from '@registrar/keys';
import { digestText, findSecret, newId, storeSecrets, type Vault } from '@registrar/vault';
import { certificateKeyRows, type CertificateKeyRow } from './certificate-keys.repository.js';
import type { SignedDocument } from './offboarding.js';

const KIND = 'certificate_key';
const ALG = 'ES384';

/**
 * Signs certificates with the workspace's own key (ES384). Its public half is published, and its private half is sealed under
 * the workspace's data key, so both outlive every hospital: a certificate can be checked when nothing else is left.
 */
export class CertificateSigner {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly publicUrl: string,
  ) {}

  /** Signs the text as it is, a JWS in compact form (RFC 7515). Outside of any transaction: the vault is asked. */
  async sign(workspaceId: string, type: string, document: string): Promise<SignedDocument> {
    const scope = { workspaceId, actor: { type: 'system', id: 'offboarding' }, requestId: 'certificate' } as const;
    const found = await this.database.transaction(scope, (tx) => certificateKeyRows.find(tx));
    const key = found ?? (await this.#make(scope));
    const sealed = await this.database.transaction(scope, (tx) => findSecret(tx, key.id, KIND, 1));
    const privateJwk = await this.vault.open({ workspaceId }, subjectOf(key.id), sealed?.bytes ?? Buffer.alloc(0));
    const jws = await signDocument({ privateJwk, alg: ALG, kid: key.publicJwk['kid'] ?? '', type, document });
    return { document, sha256: digestText(document), jws, jwksUri: key.url };
  }

  async #make(scope: UnitOfWork): Promise<CertificateKeyRow> {
    const owner = { workspaceId: scope.workspaceId };
    const [pair, sealer] = await Promise.all([generateKeyPair(ALG), this.vault.prepare(owner)]);
    return this.database.transaction(scope, async (tx) => {
      const now = this.clock.now();
      const id = newId();
      const row: CertificateKeyRow = {
        ...owner,
        id,
        url: keySetUrl(this.publicUrl, id),
        alg: ALG,
        publicJwk: pair.publicJwk,
        createdAt: now,
      };
      // Of two that make one at once, both use the first.
      if (!(await certificateKeyRows.insert(tx, row))) return (await certificateKeyRows.find(tx)) ?? row;
      await storeSecrets(tx, [{ ...owner, ...subjectOf(id), sealed: sealer.seal(subjectOf(id), pair.privateJwk) }], now);
      await publish(tx, [publishedDocument(id, 'jwks', row.url, keySetDocument([pair.publicJwk]))], now);
      return row;
    });
  }
}

function subjectOf(id: string) {
  return { subjectId: id, kind: KIND, version: 1 };
}
