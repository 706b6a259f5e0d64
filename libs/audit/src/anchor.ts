import { canonicalBytes, sameMac, type DataKey } from '@registrar/vault';
import { CHAIN_START } from './chain.js';

/** Where a chain begins: at its first entry, or after the last one that retention cut off. */
export interface Anchor {
  readonly seq: number;
  readonly mac: Buffer;
}

export const FIRST: Anchor = { seq: 0, mac: CHAIN_START };

/** A cut as it stands in the head of a chain. */
export interface StoredCut {
  readonly cut_seq: string;
  readonly cut_mac: Buffer | null;
  readonly cut_proof: Buffer | null;
  readonly cut_key_id: string | null;
}

/** The MAC that proves that Registrar cut a chain there, under the workspace's audit key. The format is final. */
export function cutProof(key: DataKey, chainId: string, { seq, mac }: Anchor): Buffer {
  return key.mac(canonicalBytes(['registrar/v1 audit cut', chainId, String(seq), mac.toString('hex'), key.id]));
}

/** @returns undefined where somebody says that entries were cut off, and cannot prove that it was Registrar. */
export function anchorOf(cut: StoredCut | undefined, chainId: string, keys: ReadonlyMap<string, DataKey>): Anchor | undefined {
  if (!cut || Number(cut.cut_seq) === 0) return FIRST;
  const key = keys.get(cut.cut_key_id ?? '');
  if (!key || !cut.cut_mac || !cut.cut_proof) return undefined;
  const anchor = { seq: Number(cut.cut_seq), mac: cut.cut_mac };
  return sameMac(cutProof(key, chainId, anchor), cut.cut_proof) ? anchor : undefined;
}
