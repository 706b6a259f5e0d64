import { decodeExchange, parseRead, parseUpdate, type Exchange } from '@registrar/dcr';
import { acceptedChange } from './accepted-client.js';
import { adoptManaged } from './adopt-managed.js';
import type { AnswerRecord, Change } from './change.js';
import { changeOf } from './change-of.js';
import { credentialOwner } from './credential-owner.js';
import { heldValues, openHeld } from './held-secrets.js';
import type { LeavingReads, OpenAttempt } from './leaving.repository.js';
import type { ManagedAnswer } from './managed-exchange.js';
import { residueOf } from './residue.js';
import { registrationOutcome } from './settle-registration.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkClient } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Ends what was under way when the registration was given up: what is being sent is waited for; of an answer that was kept,
 * the client or the token is taken over, so that it can be deleted; what is unknown stays known as such, by its marker (H-30).
 */
export async function takeSettleStep(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  reads: LeavingReads,
): Promise<StepResult> {
  const open = await reads.openAttempt(work);
  if (!open) {
    const steps = markStep(work.operation.steps, step.name, 'done', access.clock.now());
    return { kind: 'next', work: { ...work, operation: { ...work.operation, steps } } };
  }
  if (open.attempt.status === 'sending' && open.heldForMs > 0) {
    // Its end makes this due at once (see keepAnswer); a holder that dies lets go of it then.
    await reads.putOff(work, open.attempt.id, open.heldForMs);
    return STOP;
  }
  // Taken up again at once, with what this has brought in.
  await context.commit({ ...(await settled(work, open, access)), next: 'let_go' });
  return STOP;
}

async function settled(work: Work, open: OpenAttempt, access: UpstreamAccess): Promise<Change> {
  const { attempt } = open;
  if (attempt.status === 'with_person') return write(work, { settledAttempt: { ...recordOf(open), status: 'superseded' } });
  if (attempt.kind === 'register') return registered(work, open, access);
  const managed = [work.client, work.pendingClient, work.previousClient].find(
    (client) => client?.management.registrationClientUri === attempt.url,
  );
  return managed && attempt.answer ? issued(work, open, managed, access) : write(work, { settledAttempt: ended(open, 'unknown') });
}

/** The answer of a registration that was kept: the client is ours, and is deleted next; else one may be there. */
async function registered(work: Work, open: OpenAttempt, access: UpstreamAccess): Promise<Change> {
  const { attempt, marker } = open;
  const mayBeThere = write(work, { settledAttempt: ended(open, 'orphaned') }, { residue: [residueOf('outcome_unknown', { marker })] });
  if (!attempt.answer) return mayBeThere;
  const registering = { ...work, attempt };
  const outcome = registrationOutcome(registering, await exchangeOf(work, open, access), access);
  if (outcome.kind === 'refused' || outcome.kind === 'not_sent') return write(work, { settledAttempt: ended(open, outcome.kind) });
  if (outcome.kind !== 'accepted') return mayBeThere;
  const sealer = await access.vault.prepare({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id });
  const { change } = acceptedChange(registering, outcome, { ...recordOf(open), answer: attempt.answer }, sealer, access);
  const { client, settledAttempt, secrets, credentials, attach, retire } = change;
  const rows = { ...(client && { client }), ...(settledAttempt && { settledAttempt }), ...(secrets && { secrets }) };
  const kept = { ...(credentials && { credentials }), ...(attach && { attach }), ...(retire && { retire }) };
  const theirs = residueOf('another_registrations_client', { clientId: outcome.client.clientId });
  const ifClaimed = {
    ...write(
      work,
      { settledAttempt: { ...recordOf(open), status: 'orphaned' as const, upstreamClientId: outcome.client.clientId } },
      { residue: [theirs] },
    ),
    next: 'let_go' as const,
  };
  const standing = work.client || !client ? {} : { clientId: client.id, manageable: change.registration.manageable ?? 'no' };
  return write(work, { ...rows, ...kept, ifClaimed, ...(work.client ? { supersede: true } : {}) }, standing);
}

/** The answer of an update that was kept: what it issued is what the client is deleted with (B-03). */
async function issued(work: Work, open: OpenAttempt, client: WorkClient, access: UpstreamAccess): Promise<Change> {
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const [held, sealer] = await Promise.all([openHeld(work, client, access), access.vault.prepare(credentialOwner(owner, client))]);
  const exchange = await exchangeOf(work, open, access);
  const { attempt } = open;
  const answer: ManagedAnswer = { work, attempt, client, exchange, record: recordOf(open), held, sealer };
  const now = access.clock.now();
  const context = {
    clientId: client.clientId,
    sent: attempt.metadata,
    registrationEndpoint: work.upstream.endpoints.registration ?? '',
    registrationClientUri: client.management.registrationClientUri ?? '',
    secrets: heldValues(held),
    now,
  };
  const carriedSecret = work.upstream.quirks.putSecret === 'include';
  const outcome = attempt.kind === 'read' ? parseRead(exchange, context) : parseUpdate(exchange, { ...context, carriedSecret });
  if (outcome.kind !== 'accepted') return write(work, { settledAttempt: ended(open, outcome.kind === 'refused' ? 'refused' : 'unknown') });
  const { rows } = adoptManaged(answer, outcome, { now, metadata: 'keep' });
  return write(work, { ...rows, settledAttempt: ended(open, 'applied') });
}

function write(work: Work, rows: Partial<Change>, registration: Omit<Change['registration'], 'event' | 'action' | 'problem'> = {}): Change {
  return changeOf(work, { operation: 'running', next: 'let_go', registration }, rows);
}

async function exchangeOf(work: Work, { attempt }: OpenAttempt, access: UpstreamAccess): Promise<Exchange> {
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const bytes = attempt.answer?.bytes ?? new Uint8Array();
  return decodeExchange(await access.vault.openBytes(owner, { subjectId: attempt.id, kind: 'answer', version: 1 }, bytes));
}

function recordOf({ attempt }: OpenAttempt): AnswerRecord {
  return { id: attempt.id };
}

function ended(open: OpenAttempt, status: 'refused' | 'not_sent' | 'unknown' | 'orphaned' | 'applied') {
  return { ...recordOf(open), status } as const;
}
