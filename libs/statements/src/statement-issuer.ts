import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { SigningAlg } from '@registrar/dcr';
import type { EventLog } from '@registrar/events';
import { generateKeyPair, keySetDocument, keySetUrl, publish, publishedDocument, type KeyPair } from '@registrar/keys';
import type { Secret } from '@registrar/secret';
import { destroySecrets, findSecret, newId, storeSecrets, type Sealer, type Vault } from '@registrar/vault';
import { keyLife, PUBLISHED_AHEAD_MS, signing } from './statement-key-life.js';
import { statementKeyRows, workspacesDue } from './statement-keys.repository.js';
import type { StatementKeyRow } from './statement-key.entity.js';

const KIND = 'statement_key';

/** A key that statements are signed with. */
export interface StatementKey {
  readonly id: string;
  /** The issuer's name: where its public keys are. */
  readonly issuer: string;
  readonly kid: string;
  readonly privateJwk: Secret;
}

/** A workspace as the issuer of software statements: for each algorithm a key that signs, all in one published key set (I-05). */
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
    const now = this.clock.now();
    const found = await this.database.transaction(own, async (tx) => signing(await statementKeyRows.published(tx), alg, now));
    const row = found ?? (await this.#first(own, alg));
    const sealed = await this.database.transaction(own, (tx) => findSecret(tx, row.id, KIND, 1));
    const privateJwk = await this.vault.open({ workspaceId: scope.workspaceId }, subjectOf(row.id), sealed?.bytes ?? Buffer.alloc(0));
    return { id: row.id, issuer: row.url, kid: row.publicJwk['kid'] ?? '', privateJwk };
  }

  /** Keeps the key published for as long as a statement that it has signed holds; with the statement, in one transaction. */
  signed(tx: Transaction, keyId: string, until: Date): Promise<void> {
    return statementKeyRows.neededUntil(tx, keyId, until);
  }

  /**
   * Looks at the keys of every workspace whose time has come: the next one is published a day before it signs, one that signs no
   * more loses its private half, and goes from what is published when the last statement of it has ended. Never rejects.
   */
  async look(
    records: { readonly audit: AuditLog; readonly events: EventLog },
    complain: (workspaceId: string, error: unknown) => void,
  ): Promise<void> {
    for (const workspaceId of await workspacesDue(this.database, this.clock.now()).catch((error: unknown) => none(complain, error)))
      await this.#workspace(workspaceId, records).catch((error: unknown) => {
        complain(workspaceId, error);
      });
  }

  async #first(scope: UnitOfWork, alg: SigningAlg): Promise<StatementKeyRow> {
    const [pair, sealer] = await Promise.all([generateKeyPair(alg), this.vault.prepare({ workspaceId: scope.workspaceId })]);
    return this.database.transaction(scope, async (tx) => {
      await statementKeyRows.lock(tx);
      const rows = await statementKeyRows.published(tx);
      const now = this.clock.now();
      const there = signing(rows, alg, now);
      if (there) return there;
      const row = this.#rowOf(scope.workspaceId, rows, alg, pair, now, now);
      await this.#write(tx, rows, [{ row, pair }], sealer, now);
      await statementKeyRows.wake(tx, keyLife([...rows, row], now).lookAt);
      return row;
    });
  }

  async #workspace(workspaceId: string, { audit, events }: { readonly audit: AuditLog; readonly events: EventLog }): Promise<void> {
    const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'statement_keys' }, requestId: 'statement_keys' };
    const now = this.clock.now();
    // Keys are made and the sealer is fetched before anything is held; of two workers one writes.
    const { next } = keyLife(await this.database.transaction(scope, (tx) => statementKeyRows.published(tx)), now);
    const sealer = await this.vault.prepare({ workspaceId });
    const pairs = new Map(await Promise.all(next.map(async (alg) => [alg, await generateKeyPair(alg as SigningAlg)] as const)));
    await this.database.transaction(scope, async (tx) => {
      await statementKeyRows.lock(tx);
      const rows = await statementKeyRows.published(tx);
      const life = keyLife(rows, now);
      const signsFrom = new Date(now.getTime() + PUBLISHED_AHEAD_MS);
      const made = life.next.flatMap((alg) => {
        const pair = pairs.get(alg);
        return pair ? [{ pair, row: this.#rowOf(workspaceId, rows, alg, pair, signsFrom, now) }] : [];
      });
      await statementKeyRows.retire(tx, life.retire, now);
      await destroySecrets(
        tx,
        life.spent.map((id) => subjectOf(id)),
      );
      const kept = rows.filter(({ id }) => !life.retire.includes(id));
      if (made.length + life.retire.length > 0) await this.#write(tx, kept, made, sealer, now);
      await statementKeyRows.wake(tx, keyLife([...kept, ...made.map(({ row }) => row)], now).lookAt);
      for (const { row } of made) {
        const entry = { subject: { type: 'workspace', id: workspaceId } as const };
        const detail = { key_id: row.id, kid: row.publicJwk['kid'], alg: row.alg, signs_from: row.signsFrom.toISOString() };
        audit.append(tx, { action: 'statement_key.rotate', ...entry, detail });
        events.append(tx, { type: 'statement_key.published', ...entry, data: detail });
      }
    });
  }

  #rowOf(
    workspaceId: string,
    [first]: readonly StatementKeyRow[],
    alg: string,
    { publicJwk }: KeyPair,
    signsFrom: Date,
    createdAt: Date,
  ): StatementKeyRow {
    const keySetId = first?.keySetId ?? newId();
    const url = first?.url ?? keySetUrl(this.publicUrl, keySetId);
    return { workspaceId, id: newId(), keySetId, url, alg, publicJwk, signsFrom, neededUntil: null, retiredAt: null, createdAt };
  }

  /** New keys, sealed; and the set with them. */
  async #write(
    tx: Transaction,
    kept: readonly StatementKeyRow[],
    made: readonly { readonly row: StatementKeyRow; readonly pair: KeyPair }[],
    sealer: Sealer,
    now: Date,
  ): Promise<void> {
    await statementKeyRows.insert(
      tx,
      made.map(({ row }) => row),
    );
    const { workspaceId } = tx.scope;
    const secrets = made.map(({ row, pair }) => ({
      workspaceId,
      ...subjectOf(row.id),
      sealed: sealer.seal(subjectOf(row.id), pair.privateJwk),
    }));
    await storeSecrets(tx, secrets, now);
    const all = [...kept, ...made.map(({ row }) => row)];
    const [first] = all;
    if (!first) return;
    const body = keySetDocument(all.map((each) => each.publicJwk));
    await publish(tx, [publishedDocument(first.keySetId, 'statement_issuer', first.url, body)], now);
  }
}

function none(complain: (workspaceId: string, error: unknown) => void, error: unknown): string[] {
  complain('statement_keys', error);
  return [];
}

function subjectOf(id: string) {
  return { subjectId: id, kind: KIND, version: 1 };
}
