import {
  correlationHeaders,
  decodeExchange,
  encodeExchange,
  ManagedClient,
  type ClientMetadata,
  type Exchange,
  type ManagementRequest,
} from '@registrar/dcr';
import { faultPoint } from '@registrar/faults';
import { Problem } from '@registrar/problem';
import { SOFTWARE_STATEMENT } from '@registrar/statements';
import { digestText, newId, type Sealer } from '@registrar/vault';
import { beginAttempt } from './begin-attempt.js';
import type { AnswerRecord, Change } from './change.js';
import { changeOf } from './change-of.js';
import { pauseOf, seenIn } from './gate-sign.js';
import { markerOf } from './client-keys.js';
import { credentialOwner } from './credential-owner.js';
import { exchangePoints } from './exchange-points.js';
import { heldValues, openHeld, type HeldSecrets } from './held-secrets.js';
import { manageabilityProblem } from './manageability.js';
import type { AttemptStatus, ManagedKind } from './operation-status.js';
import { present } from './present.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { READ_DEADLINE_MS, WRITE_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work, WorkAttempt, WorkClient } from './work.js';

/** One request, made ready: nothing of it has been written or sent. */
export interface ReadyRequest {
  /** The document that is wished for, without secrets: kept with the attempt, and what the answer is read against. */
  readonly metadata: ClientMetadata;
  readonly send: (managed: ManagedClient, request: ManagementRequest) => Promise<Exchange>;
  /** Rows of the transaction before the send: a key that the document points to, for example. */
  readonly rows?: Partial<Change>;
}

/** What came back, or what an earlier holder left, with all that is needed to adopt it. */
export interface ManagedAnswer {
  /** This holder's work, with the attempt. */
  readonly work: Work;
  readonly attempt: WorkAttempt;
  readonly client: WorkClient;
  readonly exchange: Exchange;
  readonly record: AnswerRecord;
  readonly held: HeldSecrets;
  /** Seals what was issued, under whoever owns the client's credentials. */
  readonly sealer: Sealer;
}

export interface Settled {
  readonly change: Change;
  /** The work as it stands afterwards, where the operation goes on at once. */
  readonly work?: Work;
}

/** What became of making a request: it is ready, it cannot be made, or there is nothing to be sent. */
export type Made = ReadyRequest | Problem | Settled;

/** An exchange on a managed client: how it is made ready, and what its answer comes to. */
export interface ManagedCall {
  readonly kind: ManagedKind;
  readonly client: WorkClient;
  /** Makes the request, once the client is known to be manageable; a problem or a change ends it before anything is sent. */
  readonly prepare: (held: HeldSecrets) => Made | Promise<Made>;
  /** The one change that the answer makes. */
  readonly settle: (answer: ManagedAnswer) => Settled | Promise<Settled>;
  /** What the operation comes to where the request cannot be made. */
  readonly refuse: (work: Work, problem: Problem) => Change;
}

const FOREIGN = 'Its registration client URI is not at the origin of the registration endpoint, so nothing is sent there.';
const STOP: StepResult = { kind: 'stop' };

/**
 * Sends one request about a managed client (RFC 7592) in the shape of every exchange that may change something, a read
 * included (B-02): the attempt is committed before the send, the raw answer is sealed before it is parsed, one transaction
 * holds the result (B-03, B-13). An attempt of an earlier holder is gone on with, and never blindly sent again.
 */
export async function managedExchange(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  call: ManagedCall,
): Promise<StepResult> {
  const statement = call.kind === 'update' ? await statementOf(work, call.client, context, access) : undefined;
  const held = { ...(await openHeld(work, call.client, access)), ...present('softwareStatement', statement?.value) };
  const left = leftAttempt(work, call.kind);
  if (left) return settle(work, left, await leftExchange(work, left, call.kind, access), held, call, context, access);
  const managed = managedClient(work, call, held, access);
  if (!(managed instanceof ManagedClient)) return refuse(work, managed, call, context);
  const ready = await call.prepare(held);
  if (ready instanceof Problem) return refuse(work, ready, call, context);
  if ('change' in ready) return goOn(ready, context);
  if (!(await context.pace(work))) return STOP;
  const begun = await begin(work, step, ready, call, context, access, statement?.id);
  if (!begun) return STOP;
  const points = exchangePoints(work.operation.kind, call.kind);
  if (points) await faultPoint(points.begun);
  const exchange = await ready.send(managed, {
    deadlineMs: deadlineOf(work, call.kind),
    partition: `${work.scope.workspaceId}:${work.tenant.id}`,
    ...present('watch', points?.watch),
    ...present('softwareStatement', statement?.value),
  });
  if (points?.read) await faultPoint(points.read);
  return settle(begun, begun.attempt, exchange, held, call, context, access);
}

/** An attempt that was begun and whose result was never written: whoever takes over goes on from it. */
export function leftAttempt({ attempt }: Work, kind: ManagedKind): WorkAttempt | undefined {
  if (attempt?.kind !== kind || attempt.finished) return undefined;
  return attempt.status === 'sending' || attempt.status === 'accepted' || attempt.status === 'unknown' ? attempt : undefined;
}

/** The stored answer, or else a lost one: it may or may not have been sent. */
async function leftExchange(work: Work, attempt: WorkAttempt, kind: ManagedKind, access: UpstreamAccess): Promise<Exchange> {
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  if (attempt.answer)
    return decodeExchange(await access.vault.openBytes(owner, { subjectId: attempt.id, kind: 'answer', version: 1 }, attempt.answer.bytes));
  const now = access.clock.now();
  return { kind: 'lost', sentAt: now, finishedAt: now, url: attempt.url, method: kind };
}

function managedClient(work: Work, { client, kind }: ManagedCall, held: HeldSecrets, access: UpstreamAccess): ManagedClient | Problem {
  const unmanageable = manageabilityProblem(work, client, kind, access.clock.now());
  if (unmanageable) return unmanageable;
  const { registrationClientUri } = client.management;
  const { registrationAccessToken } = held;
  const { registration: registrationEndpoint } = work.upstream.endpoints;
  const managed =
    registrationClientUri !== undefined && registrationAccessToken && registrationEndpoint !== undefined
      ? ManagedClient.of({ registrationClientUri, registrationAccessToken, registrationEndpoint })
      : 'unusable';
  return managed instanceof ManagedClient ? managed : updateProblem('registrations.unmanageable', { detail: FOREIGN });
}

/** Only to the origin that it was given for. */
async function statementOf(work: Work, client: WorkClient, context: StepContext, access: UpstreamAccess) {
  const used = await context.usedStatement(work, client);
  const uri = client.management.registrationClientUri ?? '';
  if (!used || !URL.canParse(uri) || new URL(uri).origin !== used.pinnedOrigin) return undefined;
  const owner = { workspaceId: work.scope.workspaceId, ...present('tenantId', used.tenantId) };
  const subject = { subjectId: used.id, kind: SOFTWARE_STATEMENT, version: 1 };
  return { id: used.id, value: await access.vault.open(owner, subject, used.sealed) };
}

async function refuse(work: Work, problem: Problem, call: ManagedCall, context: StepContext): Promise<StepResult> {
  await context.commit(call.refuse(work, problem));
  return STOP;
}

async function goOn({ change, work }: Settled, context: StepContext): Promise<StepResult> {
  const result = await context.commit(change);
  return result === 'written' && work ? { kind: 'next', work } : STOP;
}

/** The transaction before the send: no attempt row, no send; no fence, no send; suspended or off-boarding, no send. */
async function begin(
  work: Work,
  step: Step,
  ready: ReadyRequest,
  call: ManagedCall,
  context: StepContext,
  access: UpstreamAccess,
  softwareStatementId?: string,
): Promise<(Work & { readonly attempt: WorkAttempt }) | undefined> {
  const steps = markStep(work.operation.steps, step.name, 'running', access.clock.now());
  const id = newId();
  const url = call.client.management.registrationClientUri ?? '';
  const newAttempt = {
    id,
    kind: call.kind,
    status: 'sending',
    authorizationServerId: work.upstream.authorizationServerId,
    marker: markerOf(id),
    url,
    metadata: ready.metadata,
    metadataDigest: digestText(JSON.stringify(ready.metadata)),
    deadlineMs: deadlineOf(work, call.kind),
    ...present('softwareStatementId', softwareStatementId),
  } as const;
  const change = { ...changeOf(work, { operation: 'running', next: 'keep', steps }, ready.rows), newAttempt };
  if (!(await beginAttempt(context, change))) return undefined;
  return {
    ...work,
    taken: true,
    operation: { ...work.operation, status: 'running', steps },
    attempt: {
      id,
      kind: call.kind,
      status: 'sending',
      finished: false,
      fence: work.fence,
      url,
      metadata: ready.metadata,
      marker: newAttempt.marker,
      metadataDigest: newAttempt.metadataDigest,
    },
  };
}

async function settle(
  work: Work,
  attempt: WorkAttempt,
  exchange: Exchange,
  held: HeldSecrets,
  call: ManagedCall,
  context: StepContext,
  access: UpstreamAccess,
): Promise<StepResult> {
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const [answers, sealer] = await Promise.all([access.vault.prepare(owner), access.vault.prepare(credentialOwner(owner, call.client))]);
  const sealed =
    exchange.kind === 'answered'
      ? answers.seal({ subjectId: attempt.id, kind: 'answer', version: 1 }, encodeExchange(exchange))
      : undefined;
  const record: AnswerRecord = {
    id: attempt.id,
    ...present('upstreamStatus', exchange.status),
    ...present('localAddress', exchange.localAddress),
    ...present('pauseMs', pauseOf(exchange, access.clock.now())),
    ...present('correlation', correlationHeaders(exchange, heldValues(held))),
    ...present('answer', sealed),
  };
  const kept = { workspaceId: work.scope.workspaceId, attempt: { ...record, status: standing(exchange) } };
  try {
    const settled = await call.settle({ work, attempt, client: call.client, exchange, record, held, sealer });
    const result = await context.commit(seenIn(exchange, settled.change));
    const points = exchangePoints(work.operation.kind, call.kind);
    if (points?.settled) await faultPoint(points.settled);
    // Somebody else was there first, or everything was stopped meanwhile: the answer is still ours to keep.
    if (result === 'lost') await context.keepAnswer(kept);
    if (result !== 'written' || !settled.work) return STOP;
    const { status } = settled.change.settledAttempt ?? attempt;
    return { kind: 'next', work: { ...settled.work, attempt: { ...attempt, status, finished: true } } };
  } catch (error) {
    await context.keepAnswer(kept);
    throw error;
  }
}

/** What the attempt is by its exchange alone, when nothing more could be written of it. */
function standing({ kind }: Exchange): AttemptStatus {
  if (kind === 'answered') return 'accepted';
  return kind === 'not_sent' ? 'not_sent' : 'unknown';
}

/** A read that issues nothing may be given up early; whatever may cost the token is waited for (B-13). */
function deadlineOf({ upstream: { quirks } }: Work, kind: ManagedKind): number {
  const rotates = quirks.readRotates.rat || quirks.readRotates.secret;
  return kind === 'read' && !rotates ? READ_DEADLINE_MS : (quirks.registrationDeadlineMs ?? WRITE_DEADLINE_MS);
}
