import type { Work, WorkClient, WorkCredential } from './work.js';

/**
 * The client that a credential is of: while a registration swaps it holds credentials of several, and each is judged by its own
 * alone (B-10). undefined where that client is none of the work's.
 */
export function ownerOf(work: Work, { clientId, stage }: WorkCredential): WorkClient | undefined {
  const { client, pendingClient, previousClient } = work;
  if (clientId !== undefined) return [client, pendingClient, previousClient].find((one) => one?.id === clientId);
  if (stage === 'pending') return pendingClient ?? client;
  return stage === 'current' ? client : (previousClient ?? client);
}
