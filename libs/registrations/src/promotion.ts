import type { Change } from './change.js';
import type { Work, WorkCredential } from './work.js';

/**
 * The proven credential becomes the current one. A secret that the server put in the place of the one before leaves nothing to go
 * back to: where old and new do not both work, the old one is retired, not kept as previous (H-03). Of another kind it is destroyed:
 * the same client authenticates in one way only.
 */
export function promotion(work: Work, credential: WorkCredential): Pick<Change, 'promote' | 'retire' | 'spentSecrets'> {
  if (credential.stage !== 'pending') return {};
  const { current } = work;
  const replaced =
    current?.kind === 'client_secret' && credential.kind === 'client_secret' && !work.pendingClient && !work.upstream.quirks.secretOverlap;
  const promote = { credentialId: credential.id };
  if (current && current.kind !== credential.kind && !work.pendingClient)
    return { promote, retire: [current.id], spentSecrets: [{ subjectId: current.id, kind: current.kind, version: current.version }] };
  return { promote, ...(replaced ? { retire: [current.id] } : {}) };
}
