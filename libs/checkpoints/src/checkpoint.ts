import { parsePublicId, publicId } from '@registrar/database';

/** The `typ` of a signed checkpoint. */
export const CHECKPOINT_TYPE = 'audit-checkpoint+jws';
const DOCUMENT = 'registrar/audit-checkpoint/v1';

/** Where a chain stood: its last entry's place and MAC. */
export interface CheckpointedHead {
  readonly chainId: string;
  readonly seq: number;
  /** Hex. */
  readonly mac: string;
}

/** One signed statement of where chains of a workspace stood. Each names the digest of the one before, so that none can be left out. */
export interface Checkpoint {
  readonly workspaceId: string;
  /** From 1 on, without gaps. */
  readonly n: number;
  readonly at: string;
  /** SHA-256 of the document before, in hex; null in the first. */
  readonly previous: string | null;
  readonly heads: readonly CheckpointedHead[];
}

/** The text that is signed. A chain's id is its hospital's; the workspace's own chain has the workspace's. */
export function checkpointText({ workspaceId, n, at, previous, heads }: Checkpoint): string {
  return JSON.stringify({
    type: DOCUMENT,
    workspace_id: publicId('ws', workspaceId),
    n,
    at,
    previous_sha256: previous,
    chains: heads.map(({ chainId, seq, mac }) => ({
      id: chainId === workspaceId ? publicId('ws', chainId) : publicId('ten', chainId),
      seq,
      mac,
    })),
  });
}

/** Reads what `checkpointText` wrote; undefined for anything else. */
export function readCheckpointText(text: string): Checkpoint | undefined {
  try {
    const { type, workspace_id, n, at, previous_sha256, chains } = JSON.parse(text) as Record<string, unknown>;
    const workspaceId = parsePublicId('ws', String(workspace_id));
    if (type !== DOCUMENT || workspaceId === undefined || !Array.isArray(chains)) return undefined;
    const heads = (chains as Record<string, unknown>[]).map(({ id, seq, mac }) => ({
      chainId: parsePublicId('ten', String(id)) ?? workspaceId,
      seq: Number(seq),
      mac: String(mac),
    }));
    const previous = typeof previous_sha256 === 'string' ? previous_sha256 : null;
    return { workspaceId, n: Number(n), at: String(at), previous, heads };
  } catch {
    return undefined;
  }
}

/** The line that goes out: whoever collects lines tells by `type` what it is, and by `workspace_id` and `n` whether it has it already. */
export function checkpointLine({ workspaceId, n, at }: Pick<Checkpoint, 'workspaceId' | 'n' | 'at'>, jws: string): string {
  return JSON.stringify({ type: DOCUMENT, workspace_id: publicId('ws', workspaceId), n, at, jws });
}

/** The JWS of such a line, or a JWS that stands alone; undefined for any other line, e.g. one of a log. */
export function jwsOfLine(line: string): string | undefined {
  const text = line.trim();
  if (!text.startsWith('{')) return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) ? text : undefined;
  if (!text.includes(DOCUMENT)) return undefined;
  try {
    const { type, jws } = JSON.parse(text) as Record<string, unknown>;
    return type === DOCUMENT && typeof jws === 'string' ? jws : undefined;
  } catch {
    return undefined;
  }
}
