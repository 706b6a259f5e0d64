import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { Vault } from '@registrar/vault';
import { prepareAdoption, type Adoptee, type MadeClient, type PreparedAdoption } from './adoption.js';
import {
  findOpenEnd,
  findPending,
  findShared,
  insertMadeClient,
  settleByPerson,
  writeCredential,
  type OpenEnd,
} from './adoption.repository.js';
import { enqueueOperations, type Records } from './create-registrations.js';
import type { Doorbell } from './doorbell.js';
import { moveRegistration } from './move-registration.js';
import { registrationProblem } from './registrations.problems.js';
import { completionProblem } from './complete.problems.js';
import { markStep, type Step } from './step.js';

/** What adopting a client needs. */
export interface AdoptionParts {
  readonly database: Database;
  readonly records: Records;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly doorbell: Doorbell;
}

/** Who says so, and what they showed for it. */
export interface PersonsWord {
  readonly made: MadeClient;
  readonly evidence?: unknown;
  readonly action: 'registration.complete' | 'registration.resolve';
  /** Whether Registrar can manage the client: a client of which the registration access token was lost cannot be. */
  readonly manageable: 'no' | 'control_lost';
}

const TRIES = 3;

/**
 * Takes over a client that a person made or found: client row, sealed credential, attempt adopted, and the operation goes
 * on to its proof. Keys are fetched between two transactions; the second one checks everything again.
 * @throws Problem registrations.client_id_taken and those of `check` and of prepareAdoption
 */
export async function adoptClient(
  parts: AdoptionParts,
  scope: UnitOfWork,
  registrationId: string,
  word: PersonsWord,
  check: (end: OpenEnd) => void,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { end, adoptee } = await parts.database.transaction(scope, async (tx) => {
      const found = await checked(tx, registrationId, 'look', check);
      return { end: found, adoptee: await adopteeOf(tx, found, word.made.clientId) };
    });
    const prepared = await prepareAdoption(scope, adoptee, word.made, parts.vault);
    const done = await parts.database.transaction(scope, (tx) => write(tx, parts, end, adoptee, prepared, word, check));
    if (done) return;
    // Another hospital's person completed the same shared client a moment ago: share it.
    if (end.clientScope === 'registration' || tries === TRIES) throw completionProblem('registrations.client_id_taken');
  }
}

async function checked(tx: Transaction, registrationId: string, hold: 'hold' | 'look', check: (end: OpenEnd) => void): Promise<OpenEnd> {
  const end = await findOpenEnd(tx, registrationId, hold);
  if (!end) throw registrationProblem('registrations.not_found');
  check(end);
  return end;
}

async function adopteeOf(tx: Transaction, end: OpenEnd, clientId: string): Promise<Adoptee> {
  return {
    registrationId: end.registrationId,
    tenantId: end.tenantId,
    applicationId: end.applicationId,
    clientScope: end.clientScope,
    metadata: end.metadata ?? {},
    lastVersion: end.lastVersion,
    pending: await findPending(tx, end.registrationId),
    shared: await findShared(tx, end, clientId),
  };
}

/** @returns false where the client id is taken at that server. */
async function write(
  tx: Transaction,
  parts: AdoptionParts,
  seen: OpenEnd,
  adoptee: Adoptee,
  prepared: PreparedAdoption,
  word: PersonsWord,
  check: (end: OpenEnd) => void,
): Promise<boolean> {
  const now = parts.clock.now();
  const end = await checked(tx, seen.registrationId, 'hold', check);
  if (end.attemptId !== seen.attemptId || end.lastVersion !== seen.lastVersion) throw registrationProblem('registrations.stale');
  if (prepared.isNew && !(await insertMadeClient(tx, end, word.made, prepared, now))) return false;
  await writeCredential(tx, adoptee, prepared, now);
  const { registrationId, tenantId } = end;
  await settleByPerson(tx, end.attemptId ?? '', 'adopted', word.made.clientId, evidenceOf(tx, word.evidence, now), now);
  await moveRegistration(tx, registrationId, tenantId, 'accept', parts.records, now);
  await tx.query(`UPDATE registrations SET client_id = $2, manageable = $3, drift = 'none' WHERE id = $1`, [
    registrationId,
    prepared.clientRowId,
    word.manageable,
  ]);
  await goOnToProof(tx, end, now);
  parts.records.audit.append(tx, {
    action: word.action,
    subject: { type: 'registration', id: registrationId },
    tenantId,
    detail: { client_id: word.made.clientId, attempt_id: end.attemptId, shared: !prepared.isNew, evidence: word.evidence ?? null },
  });
  parts.doorbell.ringAfter(tx);
  return true;
}

/** The operation of the attempt goes on where it stopped: everything before the proof is done. */
async function goOnToProof(tx: Transaction, end: OpenEnd, now: Date): Promise<void> {
  const steps = (end.steps ?? []).reduce<Step[]>(
    (marked, step) => (step.name === 'prove' || step.status === 'done' ? marked : markStep(marked, step.name, 'done', now)),
    [...(end.steps ?? [])],
  );
  const id = end.operationId ?? '';
  await tx.query(
    `UPDATE operations SET status = 'queued', steps = $2::jsonb, problem = NULL, waiting = NULL, finished_at = NULL, tries = 0, updated_at = $3 WHERE id = $1`,
    [id, JSON.stringify(steps), now],
  );
  const server = end.authorizationServerId === null ? {} : { authorizationServerId: end.authorizationServerId };
  // Only the token endpoint is talked to from here on, so it is paid from that budget, like a verification.
  await enqueueOperations(tx, [{ id, registrationId: end.registrationId, tenantId: end.tenantId, kind: 'verify', ...server }], now);
}

/** What is kept beside the attempt. */
export function evidenceOf(tx: Transaction, evidence: unknown, now: Date): Readonly<Record<string, unknown>> {
  return { by: tx.scope.actor, at: now.toISOString(), ...(evidence === undefined ? {} : { evidence }) };
}
