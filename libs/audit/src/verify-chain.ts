import type { Database, Transaction, UnitOfWork, WorkActor } from '@registrar/database';
import { Problem } from '@registrar/problem';
import { sameMac, type DataKey, type Vault } from '@registrar/vault';
import { anchorOf, type StoredCut } from './anchor.js';
import type { AuditRow } from './audit-entry.js';
import { linkOf } from './chain.js';

interface Stored {
  chain_id: string;
  seq: string;
  id: string;
  tenant_id: string | null;
  at: Date;
  actor: WorkActor;
  action: string;
  subject_type: string;
  subject_id: string;
  request_id: string;
  detail: Record<string, unknown>;
  key_id: string;
  prev: Buffer;
  mac: Buffer;
}

interface Head extends StoredCut {
  seq: string;
  mac: Buffer;
}

/**
 * `firstBad`: the place of the first row that is missing, foreign, or not as it was written; `checkpoint` where the chain is
 * whole in itself, and a signed checkpoint says that it was another. `length` counts from the first entry ever, cut ones included.
 */
export type ChainVerdict =
  { readonly ok: true; readonly length: number } | { readonly ok: false; readonly firstBad: number; readonly checkpoint?: true };

const PAGE = 1_000;
const NOTHING: ReadonlyMap<number, string> = new Map();

/**
 * Reads a chain from its start, or from where retention cut it, and checks every link: a row that was changed, taken out, put
 * in or swapped is named. What is found is looked for a second time, because retention may have cut the chain, or its first
 * entry by a new key been written, while it was read. A tail that was cut off together with the head is only seen by what checkpoints vouch for.
 * @param chainId the tenant's id, or the workspace's for what belongs to no tenant.
 * @param vouched the MAC in hex of the entry at each place that a signed checkpoint names.
 */
export async function verifyChain(
  database: Database,
  vault: Vault,
  scope: UnitOfWork,
  chainId: string,
  vouched: ReadonlyMap<number, string> = NOTHING,
): Promise<ChainVerdict> {
  const verdict = await readOnce(database, vault, scope, chainId, vouched);
  return verdict.ok ? verdict : readOnce(database, vault, scope, chainId, vouched);
}

async function readOnce(
  database: Database,
  vault: Vault,
  scope: UnitOfWork,
  chainId: string,
  vouched: ReadonlyMap<number, string>,
): Promise<ChainVerdict> {
  const ids = await database.transaction(scope, (tx) =>
    tx.query<{ key_id: string }>(
      `SELECT DISTINCT key_id FROM audit_events WHERE chain_id = $1 UNION SELECT cut_key_id FROM audit_chains WHERE chain_id = $1 AND cut_key_id IS NOT NULL`,
      [chainId],
    ),
  );
  const keys = new Map<string, DataKey>();
  // No key is fetched inside a transaction; one that is no audit key of this workspace proves nothing.
  for (const { key_id } of ids) {
    const key = await vault.auditKeyById(scope.workspaceId, key_id).catch(noKey);
    if (key) keys.set(key_id, key);
  }
  return database.transaction(scope, (tx) => walk(tx, chainId, keys, vouched));
}

async function walk(
  tx: Transaction,
  chainId: string,
  keys: ReadonlyMap<string, DataKey>,
  vouched: ReadonlyMap<number, string>,
): Promise<ChainVerdict> {
  // The head is read first: what is appended meanwhile lies behind it.
  const head = await headOf(tx, chainId);
  const start = anchorOf(head, chainId, keys);
  if (!start) return { ok: false, firstBad: 1 };
  if (contradicts(vouched, start.seq, start.mac)) return { ok: false, firstBad: start.seq, checkpoint: true };
  let { seq, mac: prev } = start;
  if (head && seq === Number(head.seq) && !sameMac(head.mac, prev)) return { ok: false, firstBad: Math.max(1, seq) };
  for (;;) {
    const rows = await tx.query<Stored>('SELECT * FROM audit_events WHERE chain_id = $1 AND seq > $2 ORDER BY seq LIMIT $3', [
      chainId,
      seq,
      PAGE,
    ]);
    for (const row of rows) {
      seq += 1;
      const key = keys.get(row.key_id);
      const good = key && Number(row.seq) === seq && sameMac(prev, row.prev) && sameMac(linkOf(key, prev, rowOf(row)), row.mac);
      if (!good) return { ok: false, firstBad: seq };
      prev = row.mac;
      if (seq === Number(head?.seq) && head && !sameMac(head.mac, prev)) return { ok: false, firstBad: seq };
      if (contradicts(vouched, seq, prev)) return { ok: false, firstBad: seq, checkpoint: true };
    }
    if (rows.length < PAGE) break;
  }
  if (seq < Number(head?.seq ?? 0)) return { ok: false, firstBad: seq + 1 };
  // Signed places behind the end: the tail was cut off together with the head.
  for (const place of vouched.keys()) if (place > seq) return { ok: false, firstBad: seq + 1, checkpoint: true };
  return { ok: true, length: seq };
}

function contradicts(vouched: ReadonlyMap<number, string>, seq: number, mac: Buffer): boolean {
  const said = vouched.get(seq);
  return said !== undefined && said !== mac.toString('hex');
}

async function headOf(tx: Transaction, chainId: string): Promise<Head | undefined> {
  const [head] = await tx.query<Head>('SELECT seq, mac, cut_seq, cut_mac, cut_proof, cut_key_id FROM audit_chains WHERE chain_id = $1', [
    chainId,
  ]);
  return head;
}

/** @throws what is not about a missing key: an unreachable key-encryption key is no finding about the chain. */
function noKey(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'vault.key_missing') return undefined;
  throw error;
}

function rowOf(row: Stored): AuditRow {
  return {
    chainId: row.chain_id,
    seq: Number(row.seq),
    id: row.id,
    at: row.at,
    actor: row.actor,
    action: row.action,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    requestId: row.request_id,
    detail: row.detail,
    keyId: row.key_id,
    ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
  };
}
