import type { Clock } from '@registrar/clock';
import type { Transaction } from '@registrar/database';
import { faultPoint, type FaultPoint } from '@registrar/faults';
import { learnOfServers, noteGates } from '@registrar/ehrs';
import { publish } from '@registrar/keys';
import { settleStatements } from '@registrar/statements';
import type { Change, CommitResult } from './change.js';
import type { Records } from './create-registrations.js';
import { signsOf } from './gate-sign.js';
import type { OnPromoted, Promoted } from './on-promoted.js';
import type { WriteChanges } from './journal.js';
import { concludeAttempts, insertAttempts, resolveEarlier, settleAttempts, supersedeAttempts } from './write-attempts.js';
import { changeClients, insertClients } from './write-clients.js';
import {
  attachCredentials,
  changeExpiries,
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
import { holdKeySets, keySetsOf, writeKeySets } from './write-key-sets.js';
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
  await holdKeySets(tx, keySetsOf(writing));
  await writeRows(tx, writing, now, onPromoted);
  await writeKeySets(tx, writing, now);
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
  await noteGates(tx, writing.flatMap(signsOf));
  for (const change of writing) {
    for (const entry of change.audit) records.audit.append(tx, entry);
    for (const event of change.events) records.events.append(tx, event);
  }
  for (const change of writing) {
    const point = pointOf(change);
    if (point) await faultPoint(point);
  }
  const results = changes.map((): CommitResult => 'lost');
  for (const { index, result } of held) results[index] = result;
  return results;
}

/** In this order, but without waiting in between: a statement for each table in one round trip, and the rows of those promoted once. */
async function writeRows(tx: Transaction, writing: readonly Change[], now: Date, onPromoted: OnPromoted | undefined): Promise<void> {
  const promoting = onPromoted ? writing.filter((change) => change.promote ?? change.rollBack) : [];
  const others = promoting.length === 0 ? writing : writing.filter((change) => !promoting.includes(change));
  const documents = writing.flatMap((change) => change.documents ?? []);
  await tx.all([
    changeClients(tx, writing, now),
    changeExpiries(tx, writing),
    insertKeySets(tx, writing, now),
    publish(tx, documents, now),
    retireCredentials(tx, writing, now),
    rollBackCredentials(tx, writing, now),
    insertCredentials(tx, writing, now),
    attachCredentials(tx, writing),
    promoteCredentials(tx, writing, now),
    spendSecrets(tx, writing),
    insertSecrets(tx, writing, now),
    insertAttempts(tx, writing, now),
    supersedeAttempts(tx, writing),
    settleAttempts(tx, writing, now),
    concludeAttempts(tx, writing, now),
    resolveEarlier(tx, writing, now),
    forget(tx, writing, now),
    updateRegistrations(tx, others, now),
    updateOperations(tx, writing, now),
    updateWorkItems(tx, writing),
  ]);
  if (!onPromoted || promoting.length === 0) return;
  const due = await onPromoted(tx, promoting.map(promotedOf), now);
  await updateRegistrations(tx, promoting.map(scheduled(due)), now);
}

function promotedOf({ registrationId, registration: { clientId } }: Change): Promoted {
  return { registrationId, ...(clientId === undefined ? {} : { clientId }) };
}

function scheduled(due: ReadonlyMap<string, Date | null>): (change: Change) => Change {
  return (change) => {
    const nextRotationAt = due.get(change.registrationId);
    return nextRotationAt === undefined ? change : { ...change, registration: { ...change.registration, nextRotationAt } };
  };
}

/** Where a test can strike while every row is written and nothing is committed. */
function pointOf({ client, promote, changedClients, settledAttempt, events }: Change): FaultPoint | undefined {
  if (client) return 'R7';
  if (promote && events.some(({ type }) => type === 'credential.rotated')) return 'S4';
  return changedClients && settledAttempt?.status === 'applied' ? 'U4' : undefined;
}
