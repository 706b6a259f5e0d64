import type { Clock } from '@registrar/clock';
import { COMMIT_ORDER, insertRows, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { newId, type DataKey, type Vault } from '@registrar/vault';
import type { AuditActor, AuditEntry, AuditRow } from './audit-entry.js';
import { CHAIN_START, linkOf, storableJson } from './chain.js';

const COLUMNS = {
  workspace_id: 'uuid',
  chain_id: 'uuid',
  seq: 'bigint',
  id: 'uuid',
  tenant_id: 'uuid',
  at: 'timestamptz',
  actor: 'jsonb',
  action: 'text',
  subject_type: 'text',
  subject_id: 'uuid',
  request_id: 'text',
  detail: 'jsonb',
  key_id: 'uuid',
  prev: 'bytea',
  mac: 'bytea',
} as const;

interface Head {
  chain_id: string;
  seq: string;
  mac: Buffer;
}

/** Why there is no key, kept until somebody needs it. */
class KeyFailure {
  constructor(readonly cause: unknown) {}
}

/** The audit log: what is appended commits or fails with the caller's transaction. */
export class AuditLog {
  readonly #pending = new WeakMap<Transaction, AuditEntry[]>();
  readonly #keys = new WeakMap<UnitOfWork, DataKey | KeyFailure>();

  constructor(
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /**
   * Has the workspace's key fetched before each transaction opens, because no key may be fetched inside one. Where that
   * fails, only the transactions that append something fail: reading goes on while the key-encryption key is away.
   */
  attach(database: Database): void {
    database.onBegin(async (scope) => {
      // The vault's own transactions come before any key.
      if (scope.actor.type === 'system' && scope.actor.id === 'vault') return;
      const key = await this.vault.auditKey(scope.workspaceId).catch((error: unknown) => new KeyFailure(error));
      this.#keys.set(scope, key);
    });
  }

  /** Appends an entry; it is chained and written just before the commit, all of a transaction's at once. */
  append(tx: Transaction, entry: AuditEntry): void {
    const entries = this.#pending.get(tx);
    if (entries) {
      entries.push(entry);
      return;
    }
    const first = [entry];
    this.#pending.set(tx, first);
    tx.beforeCommit(COMMIT_ORDER.audit, () => this.#write(tx, first));
  }

  async #write(tx: Transaction, entries: readonly AuditEntry[]): Promise<void> {
    const { workspaceId } = tx.scope;
    const key = this.#keys.get(tx.scope);
    if (!key) throw new Error('The audit log is not attached to this database');
    if (key instanceof KeyFailure) throw key.cause;
    // Whatever is appended from here on would be lost without a word: let it fail instead.
    Object.freeze(entries);
    const chains = new Map<string, AuditEntry[]>(entries.map((entry) => [entry.tenantId ?? workspaceId, []]));
    for (const entry of entries) chains.get(entry.tenantId ?? workspaceId)?.push(entry);
    const heads = await lockHeads(tx, [...chains.keys()]);
    const rows = [...chains].flatMap(([chainId, group]) => this.#link(tx, key, chainId, group, heads.get(chainId)));
    const last = new Map(rows.map((row) => [row.chain_id, row]));
    await tx.all([
      insertRows(tx, 'audit_events', COLUMNS, rows),
      tx.prepared(
        `UPDATE audit_chains c SET seq = i.seq, mac = i.mac FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS i (chain_id, seq, mac) WHERE c.chain_id = i.chain_id`,
        [[...last.keys()], [...last.values()].map((row) => row.seq), [...last.values()].map((row) => row.mac)],
      ),
      // Counted over all workspaces: when the next checkpoint is due hangs on it.
      tx.prepared(`SELECT count(nextval('audit_appended')) FROM generate_series(1, $1::integer)`, [rows.length]),
    ]);
  }

  #link(tx: Transaction, key: DataKey, chainId: string, entries: readonly AuditEntry[], head: Head | undefined) {
    let prev = head?.mac ?? CHAIN_START;
    const seq = Number(head?.seq ?? 0);
    const at = this.clock.now();
    return entries.map((entry, index) => {
      const row: AuditRow = {
        chainId,
        seq: seq + index + 1,
        id: newId(),
        at,
        actor: storableJson(entry.actor ?? actorOf(tx)),
        action: entry.action,
        subjectType: entry.subject.type,
        subjectId: entry.subject.id,
        requestId: entry.requestId ?? tx.scope.requestId,
        detail: storableJson(entry.detail ?? {}),
        keyId: key.id,
        ...(entry.tenantId === undefined ? {} : { tenantId: entry.tenantId }),
      };
      const linked = linkOf(key, prev, row);
      const written = {
        workspace_id: tx.scope.workspaceId,
        chain_id: chainId,
        seq: row.seq,
        id: row.id,
        tenant_id: row.tenantId,
        at: row.at,
        actor: row.actor,
        action: row.action,
        subject_type: row.subjectType,
        subject_id: row.subjectId,
        request_id: row.requestId,
        detail: row.detail,
        key_id: row.keyId,
        prev,
        mac: linked,
      };
      prev = linked;
      return written;
    });
  }
}

/** Who acts in this unit of work, and from where. */
function actorOf({ scope }: Transaction): AuditActor {
  return scope.from === undefined ? scope.actor : { ...scope.actor, from: scope.from };
}

/** Makes the heads that are missing and locks all of them, always in the order of their ids, so two writers cannot wait for each other. */
async function lockHeads(tx: Transaction, chainIds: readonly string[]): Promise<ReadonlyMap<string, Head>> {
  const rows = await tx.prepared<Head>(
    `INSERT INTO audit_chains (workspace_id, chain_id, tenant_id, seq, mac) SELECT $1, id, nullif(id, $1), 0, $3 FROM unnest($2::uuid[]) AS id ORDER BY id
     ON CONFLICT (workspace_id, chain_id) DO UPDATE SET seq = audit_chains.seq RETURNING chain_id, seq, mac`,
    [tx.scope.workspaceId, chainIds, CHAIN_START],
  );
  return new Map(rows.map((row) => [row.chain_id, row]));
}
