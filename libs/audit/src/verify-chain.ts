import type { Transaction, WorkActor } from '@registrar/database';
import { sameMac } from '@registrar/vault';
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

export type ChainVerdict = { readonly ok: true; readonly length: number } | { readonly ok: false; readonly firstBad: number };

const PAGE = 1_000;

/**
 * Reads a chain from its start and checks every link. `keyOf` gives the audit key by its id, fetched beforehand. A tail
 * that was cut off is seen by comparing with a checkpoint, or with the head.
 */
export async function verifyChain(tx: Transaction, chainId: string, keyOf: (id: string) => Uint8Array): Promise<ChainVerdict> {
  let [prev, seq] = [CHAIN_START, 0];
  for (;;) {
    const rows = await tx.query<Stored>('SELECT * FROM audit_events WHERE chain_id = $1 AND seq > $2 ORDER BY seq LIMIT $3', [
      chainId,
      seq,
      PAGE,
    ]);
    for (const row of rows) {
      seq += 1;
      const linked = linkOf(keyOf(row.key_id), prev, rowOf(row));
      if (Number(row.seq) !== seq || !sameMac(prev, row.prev) || !sameMac(linked, row.mac)) return { ok: false, firstBad: seq };
      prev = linked;
    }
    if (rows.length < PAGE) break;
  }
  const [head] = await tx.query<{ seq: string; mac: Buffer }>('SELECT seq, mac FROM audit_chains WHERE chain_id = $1', [chainId]);
  if (head && (Number(head.seq) !== seq || !sameMac(head.mac, prev))) return { ok: false, firstBad: seq + 1 };
  return { ok: true, length: seq };
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
