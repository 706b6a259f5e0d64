import type { Database, Transaction, UnitOfWork, WorkActor } from '@registrar/database';
import { Problem } from '@registrar/problem';
import { sameMac, type DataKey, type Vault } from '@registrar/vault';
import type { AuditRow } from './audit-entry.js';
import { CHAIN_START, linkOf } from './chain.js';

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

interface Head {
  seq: string;
  mac: Buffer;
}

/** `firstBad`: the place of the first row that is missing, foreign, or not as it was written. */
export type ChainVerdict = { readonly ok: true; readonly length: number } | { readonly ok: false; readonly firstBad: number };

const PAGE = 1_000;

/**
 * Reads a chain from its start and checks every link: a row that was changed, taken out, put in or swapped is named.
 * A tail that was cut off together with the head is only seen by comparing with a checkpoint kept elsewhere.
 * @param chainId the tenant's id, or the workspace's for what belongs to no tenant.
 */
export async function verifyChain(database: Database, vault: Vault, scope: UnitOfWork, chainId: string): Promise<ChainVerdict> {
  const ids = await database.transaction(scope, (tx) =>
    tx.query<{ key_id: string }>('SELECT DISTINCT key_id FROM audit_events WHERE chain_id = $1', [chainId]),
  );
  const keys = new Map<string, DataKey>();
  // No key is fetched inside a transaction; one that is no audit key of this workspace proves nothing.
  for (const { key_id } of ids) {
    const key = await vault.auditKeyById(scope.workspaceId, key_id).catch(noKey);
    if (key) keys.set(key_id, key);
  }
  return database.transaction(scope, (tx) => walk(tx, chainId, keys));
}

async function walk(tx: Transaction, chainId: string, keys: ReadonlyMap<string, DataKey>): Promise<ChainVerdict> {
  // The head is read first: what is appended meanwhile lies behind it.
  const head = await headOf(tx, chainId);
  let [prev, seq] = [CHAIN_START, 0];
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
    }
    if (rows.length < PAGE) break;
  }
  if (seq < Number(head?.seq ?? 0)) return { ok: false, firstBad: seq + 1 };
  return { ok: true, length: seq };
}

async function headOf(tx: Transaction, chainId: string): Promise<Head | undefined> {
  const [head] = await tx.query<Head>('SELECT seq, mac FROM audit_chains WHERE chain_id = $1', [chainId]);
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
