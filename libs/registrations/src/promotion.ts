import type { Change } from './change.js';
import type { Work, WorkCredential } from './work.js';

/**
 * The proven credential becomes the current one. A secret that the server put in the place of the one before leaves nothing to go
 * back to: where old and new do not both work, the old one is retired, not kept as previous (H-03).
 */
export function promotion(work: Work, credential: WorkCredential): Pick<Change, 'promote' | 'retire'> {
  if (credential.stage !== 'pending') return {};
  const { current } = work;
  const replaced =
    current?.kind === 'client_secret' && credential.kind === 'client_secret' && !work.pendingClient && !work.upstream.quirks.secretOverlap;
  return { promote: { credentialId: credential.id }, ...(replaced ? { retire: [current.id] } : {}) };
}
