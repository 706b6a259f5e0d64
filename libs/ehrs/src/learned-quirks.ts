import type { Transaction } from '@registrar/database';
import { serverRows } from './authorization-servers.repository.js';
import type { Lesson } from './server-lesson.js';

/**
 * Keeps lessons, for every EHR that the server guards. `droppedMembers` add up, everything else is replaced. Servers are
 * taken in the order of their ids, so that two writers cannot deadlock.
 */
export async function learnOfServers(tx: Transaction, lessons: readonly Lesson[], at: Date): Promise<void> {
  const ordered = [...lessons].sort((a, b) => (a.authorizationServerId < b.authorizationServerId ? -1 : 1));
  for (const lesson of ordered) await serverRows.learn(tx, lesson, at);
}
