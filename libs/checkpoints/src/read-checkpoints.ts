import type { Vouched } from '@registrar/audit';
import type { PlatformSigner } from '@registrar/keys';
import { digestText } from '@registrar/vault';
import { CHECKPOINT_TYPE, jwsOfLine, readCheckpointText } from './checkpoint.js';
import { CheckpointSequence } from './checkpoint-sequence.js';

/** What checkpoints that were kept elsewhere say. */
export interface ReadCheckpoints {
  /** Of each workspace, what is vouched for of its chains. */
  readonly workspaces: ReadonlyMap<string, Vouched>;
  /** Of each workspace, how its checkpoints fit one another. */
  readonly sequences: ReadonlyMap<string, CheckpointSequence>;
  readonly checkpoints: number;
  /** Lines that look like one, and were not signed here. */
  readonly foreign: number;
}

/** Reads checkpoints, a line each, as they were sent; other lines, e.g. of a log, are passed over. Only what is signed by the platform's key counts. */
export async function readCheckpoints(
  signer: PlatformSigner,
  lines: AsyncIterable<string> | Iterable<string>,
  sequences = new Map<string, CheckpointSequence>(),
): Promise<ReadCheckpoints> {
  const workspaces = new Map<string, Map<string, Map<number, string>>>();
  let [checkpoints, foreign] = [0, 0];
  for await (const line of lines) {
    const jws = jwsOfLine(line);
    if (jws === undefined) continue;
    const text = await signer.verify(CHECKPOINT_TYPE, jws);
    const checkpoint = text === undefined ? undefined : readCheckpointText(text);
    if (text === undefined || !checkpoint) {
      foreign += 1;
      continue;
    }
    checkpoints += 1;
    const sequence = sequences.get(checkpoint.workspaceId) ?? new CheckpointSequence();
    sequences.set(checkpoint.workspaceId, sequence);
    sequence.add(checkpoint, digestText(text));
    const chains = workspaces.get(checkpoint.workspaceId) ?? new Map<string, Map<number, string>>();
    workspaces.set(checkpoint.workspaceId, chains);
    for (const { chainId, seq, mac } of checkpoint.heads) {
      const places = chains.get(chainId) ?? new Map<number, string>();
      chains.set(chainId, places);
      // Two that say something different about one place: no chain fulfils both.
      places.set(seq, (places.get(seq) ?? mac) === mac ? mac : 'contradicted');
    }
  }
  return { workspaces, sequences, checkpoints, foreign };
}
