import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import type { SigningAlg } from '@registrar/dcr';
import { generateKeyPair, keySetDocument, keySetUrl, publish, publishedDocument } from '@registrar/keys';
import type { Secret } from '@registrar/secret';
import { findSecret, newId, storeSecrets, type Vault } from '@registrar/vault';
import { statementKeyRows } from './statement-keys.repository.js';
import type { StatementKeyRow } from './statement-key.entity.js';

const KIND = 'statement_key';

/** A key that statements are signed with. */
export interface StatementKey {
  /** The issuer's name: where its public keys are. */
  readonly issuer: string;
  readonly kid: string;
  readonly privateJwk: Secret;
}

/** A workspace as the issuer of software statements: one key for each algorithm, all in one published key set (I-05). */
export class StatementIssuer {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly publicUrl: string,
  ) {}

  /** The workspace's key of that algorithm; made, sealed and published where there is none yet. Of two that make one, both use the same. */
  async key(scope: UnitOfWork, alg: SigningAlg): Promise<StatementKey> {
    const own = { workspaceId: scope.workspaceId, actor: scope.actor, requestId: scope.requestId };
    const found = await this.database.transaction(own, async (tx) => (await statementKeyRows.all(tx)).find((row) => row.alg === alg));
    const row = found ?? (await this.#make(own, alg));
    const sealed = await this.database.transaction(own, (tx) => findSecret(tx, row.id, KIND, 1));
    const privateJwk = await this.vault.open({ workspaceId: scope.workspaceId }, subjectOf(row.id), sealed?.bytes ?? Buffer.alloc(0));
    return { issuer: row.url, kid: row.publicJwk['kid'] ?? '', privateJwk };
  }

  async #make(scope: UnitOfWork, alg: SigningAlg): Promise<StatementKeyRow> {
    const owner = { workspaceId: scope.workspaceId };
    const [pair, sealer] = await Promise.all([generateKeyPair(alg), this.vault.prepare(owner)]);
    return this.database.transaction(scope, async (tx) => {
      await statementKeyRows.lock(tx);
      const rows = await statementKeyRows.all(tx);
      const made = rows.find((each) => each.alg === alg);
      if (made) return made;
      const now = this.clock.now();
      const [id, keySetId] = [newId(), rows[0]?.keySetId ?? newId()];
      const url = rows[0]?.url ?? keySetUrl(this.publicUrl, keySetId);
      const row: StatementKeyRow = { ...owner, id, keySetId, url, alg, publicJwk: pair.publicJwk, createdAt: now };
      await statementKeyRows.insert(tx, row);
      await storeSecrets(tx, [{ ...owner, ...subjectOf(id), sealed: sealer.seal(subjectOf(id), pair.privateJwk) }], now);
      const body = keySetDocument([...rows, row].map((each) => each.publicJwk));
      await publish(tx, [publishedDocument(keySetId, 'statement_issuer', url, body)], now);
      return row;
    });
  }
}

function subjectOf(id: string) {
  return { subjectId: id, kind: KIND, version: 1 };
}
