import type { Clock } from '@registrar/clock';
import type { Transaction } from '@registrar/database';
import { learnOfServers } from '@registrar/ehrs';
import { publish } from '@registrar/keys';
import { settleStatements } from '@registrar/statements';
import type { Change, CommitResult } from './change.js';
import type { Records } from './create-registrations.js';
import type { OnPromoted } from './on-promoted.js';
import type { WriteChanges } from './journal.js';
import { insertAttempts, resolveEarlier, settleAttempts, supersedeAttempts } from './write-attempts.js';
import { changeClients, insertClients } from './write-clients.js';
import {
  attachCredentials,
  insertCredentials,
  insertKeySets,
  insertSecrets,
  promoteCredentials,
  retireCredentials,
  rollBackCredentials,
  spendSecrets,
} from './write-credentials.js';
import { shutGates, takeTokens } from './write-upstream.js';
import { followUp } from './follow-up.js';
import { forget, lastOfClient } from './write-leaving.js';
import { lockHeld, updateOperations, updateRegistrations, updateWorkItems } from './write-standing.js';

interface Held {
  readonly index: number;
  readonly change: Change;
  readonly result: CommitResult;
}

/**
 * The set-based writer of the journal: one statement for each table, whatever the number of changes (performance.md,
 * rule 4). Order: lock and check the standing, then what may turn a change down (tokens, client ids), then the rows,
 * then audit and events, whose heads are locked last.
 */
export function changeWriter(clock: Clock, records: Records, onPromoted?: OnPromoted): WriteChanges {
  return (database, changes) => {
    const [first] = changes;
    if (!first) return Promise.resolve([]);
    const scope = { workspaceId: first.workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'journal' } as const;
    return database.transaction(scope, (tx) => writeAll(tx, changes, clock.now(), records, onPromoted));
  };
}

async function writeAll(
  tx: Transaction,
  changes: readonly Change[],
  now: Date,
  records: Records,
  onPromoted: OnPromoted | undefined,
): Promise<CommitResult[]> {
  const locked = await lockHeld(tx, changes);
  const tokens = await takeTokens(tx, [...locked.keys()], records.events, now);
  const last = await lastOfClient(tx, [...locked.keys()]);
  const claimed = await insertClients(tx, [...locked.keys()], now);
  const held = changes.flatMap((change, index): Held[] => {
    if (!locked.has(change) || tokens.refused.has(change) || last.has(change)) return [];
    if (claimed.has(change) && change.ifClaimed) return [{ index, change: change.ifClaimed, result: 'claimed' }];
    return locked.get(change) === 'stopped' && change.next === 'keep'
      ? [{ index, change: { ...change, next: 'let_go' }, result: 'stopped' }]
      : [{ index, change, result: 'written' }];
  });
  const writing = held.map(({ change }) => change);
  await changeClients(tx, writing, now);
  await insertKeySets(tx, writing, now);
  await publish(
    tx,
    writing.flatMap((change) => change.documents ?? []),
    now,
  );
  await retireCredentials(tx, writing, now);
  await rollBackCredentials(tx, writing, now);
  await insertCredentials(tx, writing, now);
  await attachCredentials(tx, writing);
  await promoteCredentials(tx, writing, now);
  await spendSecrets(tx, writing);
  await insertSecrets(tx, writing, now);
  await insertAttempts(tx, writing, now);
  await supersedeAttempts(tx, writing);
  await settleAttempts(tx, writing, now);
  await resolveEarlier(tx, writing, now);
  await forget(tx, writing, now);
  await updateRegistrations(tx, writing, now);
  await updateOperations(tx, writing, now);
  await updateWorkItems(tx, writing);
  await followUp(tx, writing, now);
  await learnOfServers(
    tx,
    writing.flatMap((change) => change.learned ?? []),
    now,
  );
  await settleStatements(
    tx,
    writing.flatMap((change) => change.softwareStatement ?? []),
    records.events,
  );
  await shutGates(tx, writing);
  const promoted = writing.filter((change) => change.promote ?? change.rollBack).map((change) => change.registrationId);
  if (promoted.length > 0) await onPromoted?.(tx, promoted, now);
  for (const change of writing) {
    for (const entry of change.audit) records.audit.append(tx, entry);
    for (const event of change.events) records.events.append(tx, event);
  }
  const results = changes.map((): CommitResult => 'lost');
  for (const { index, result } of held) results[index] = result;
  return results;
}
