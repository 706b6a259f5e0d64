import type { Database, UnitOfWork } from '@registrar/database';
import type { DataKey, Vault } from '@registrar/vault';
import { cutProof } from './anchor.js';
import type { AuditLog } from './audit-log.js';
import { verifyChain } from './verify-chain.js';

export interface CutParts {
  /** As the role that owns the tables: the app's own role takes no entry out. */
  readonly database: Database;
  readonly vault: Vault;
  /** Attached to that database: the cut itself is an entry. */
  readonly audit: AuditLog;
}

/** `cut`: entries that were taken out; `firstBad`: the chain was not whole, and nothing was. */
export type CutOutcome = { readonly cut: number } | { readonly firstBad: number };

const AT_ONCE = 10_000;

/**
 * Takes out the entries of a chain that are older than `before`, as retention says. What is left still verifies, from where it
 * was cut: the place, the MAC there and a proof under the workspace's audit key stay in the head. A chain that is not whole is
 * left as it is, for what is cut could not be examined any more.
 */
export async function cutChain(parts: CutParts, scope: UnitOfWork, chainId: string, before: Date): Promise<CutOutcome> {
  const { database, vault, audit } = parts;
  const verdict = await verifyChain(database, vault, scope, chainId);
  if (!verdict.ok) return { firstBad: verdict.firstBad };
  const span = await database.transaction(scope, async (tx) => {
    const [row] = await tx.query<{ first: string | null; last: string | null; kept: string | null }>(
      `SELECT min(seq) AS first, max(seq) AS last, min(seq) FILTER (WHERE at >= $2) AS kept FROM audit_events WHERE chain_id = $1`,
      [chainId, before],
    );
    return row;
  });
  const first = Number(span?.first ?? 0);
  const upTo = span?.kept === null || span?.kept === undefined ? Number(span?.last ?? 0) : Number(span.kept) - 1;
  if (first === 0 || upTo < first) return { cut: 0 };
  const tenantId = chainId === scope.workspaceId ? undefined : chainId;
  await database.transaction(scope, (tx) => {
    audit.append(tx, {
      action: 'audit.cut',
      subject: tenantId === undefined ? { type: 'workspace', id: chainId } : { type: 'tenant', id: tenantId },
      detail: { from: first, up_to: upTo, before },
      ...(tenantId === undefined ? {} : { tenantId }),
    });
    return Promise.resolve();
  });
  const key = await vault.auditKey(scope.workspaceId);
  for (let seq = Math.min(first + AT_ONCE - 1, upTo); ; seq = Math.min(seq + AT_ONCE, upTo)) {
    await cutAt(database, scope, chainId, seq, key);
    if (seq === upTo) return { cut: upTo - first + 1 };
  }
}

/** The mark in the head and the rows go together: at no moment does the chain not verify. */
async function cutAt(database: Database, scope: UnitOfWork, chainId: string, seq: number, key: DataKey): Promise<void> {
  await database.transaction(scope, async (tx) => {
    const [row] = await tx.query<{ mac: Buffer }>('SELECT mac FROM audit_events WHERE chain_id = $1 AND seq = $2', [chainId, seq]);
    if (!row) throw new Error('The entry at which the chain is to be cut is gone');
    await tx.query(
      `UPDATE audit_chains SET cut_seq = $3, cut_mac = $4, cut_proof = $5, cut_key_id = $6 WHERE workspace_id = $1 AND chain_id = $2`,
      [scope.workspaceId, chainId, seq, row.mac, cutProof(key, chainId, { seq, mac: row.mac }), key.id],
    );
    await tx.query('DELETE FROM audit_events WHERE workspace_id = $1 AND chain_id = $2 AND seq <= $3', [scope.workspaceId, chainId, seq]);
  });
}
