import { decodeExchange, sendRegistration, type EffectiveDocument, type Exchange } from '@registrar/dcr';
import { faultPoint, faultPointAtOnce } from '@registrar/faults';
import { problemDocument } from '@registrar/problem';
import type { Secret } from '@registrar/secret';
import { digestText, newId, type Sealer } from '@registrar/vault';
import { beginAttempt } from './begin-attempt.js';
import { waitBefore, waitingFor } from './backoff.js';
import { changeOf } from './change-of.js';
import { clientKeys, markerOf, type ClientKeys } from './client-keys.js';
import { documentOf, KEYS_TO_COME } from './document-of.js';
import { tokenForRegistration } from './initial-access-token.js';
import type { RegistrationAction } from './lifecycle.js';
import type { AttemptStatus } from './operation-status.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { statementForRegistration } from './software-statement.js';
import { settleRegistration } from './settle-registration.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { WRITE_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };
const WATCH = {
  written: () => {
    faultPointAtOnce('R3');
  },
  answering: () => {
    faultPointAtOnce('R4');
  },
};
const OPEN_ATTEMPTS = new Set<AttemptStatus>(['sending', 'accepted', 'unknown']);

/** What is about to be sent, decided and sealed, before the attempt is written. */
export interface Prepared {
  readonly attemptId: string;
  readonly marker: string;
  readonly effective: EffectiveDocument;
  readonly endpoint: string;
  readonly keys?: ClientKeys;
  readonly token?: { readonly id: string; readonly value: Secret };
  readonly statement?: { readonly id: string; readonly value: Secret };
  readonly sealer: Sealer;
}

/**
 * Registers a client upstream (RFC 7591) in the shape of every write: the attempt is committed before the send, the raw
 * answer is sealed before it is parsed, one transaction holds the result (H-30, H-31). A delivery that finds an attempt
 * of an earlier holder goes on from what that one left, and never sends again on its own.
 */
export async function takeRegisterStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const left = await resume(work, step, context, access);
  if (left) return left;
  const refused = precondition(work);
  if (refused) return stopWith(work, context, refused);
  const endpoint = work.upstream.endpoints.registration ?? '';
  const statement = await statementForRegistration(work, endpoint, access);
  if (statement.kind === 'needed') return need(work, context, 'supply_software_statement', statement.problem);
  const token = await tokenForRegistration(work, endpoint, access);
  if (token.kind === 'refused') return need(work, context, 'supply_initial_access_token', token.problem);
  if (token.kind === 'unavailable')
    return later(work, context, access, token.retryAfterMs ?? waitBefore([5_000, 30_000, 120_000], work.operation.tries) ?? 600_000);
  const prepared = await prepare(work, step, access, {
    ...present('token', token.kind === 'ready' ? token : undefined),
    ...present('statement', statement.kind === 'ready' ? statement : undefined),
  });
  if ('findings' in prepared)
    return stopWith(work, context, registrationProblem('registrations.metadata_refused', { extra: { findings: prepared.findings } }));
  if (!(await context.pace(work))) return STOP;
  const begun = await begin(work, step, context, access, prepared);
  if (!begun) return STOP;
  await faultPoint('R2');
  const exchange = await sendRegistration(access.outbound, access.clock, {
    endpoint: prepared.endpoint,
    // To the letter, over the id that stands for it.
    document: { ...prepared.effective.document, ...present('software_statement', prepared.statement?.value.expose()) },
    deadlineMs: deadline(work),
    partition: `${work.scope.workspaceId}:${work.tenant.id}`,
    watch: WATCH,
    ...present('initialAccessToken', prepared.token?.value),
  });
  await faultPoint('R5');
  return settleRegistration(begun, exchange, prepared.sealer, context, access, {
    ...present('token', prepared.token?.value),
    ...present('statement', prepared.statement?.value),
  });
}

/**
 * Goes on from an attempt that an earlier holder left: a stored answer is parsed, a missing one is unknown, and what is known
 * not to have been sent is as if the EHR had not been reached. An attempt
 * that is unknown already, because only its row could be written, is followed by another send only after it was cleared up (H-30).
 */
async function resume(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult | undefined> {
  const { attempt } = work;
  const unsent = attempt?.status === 'not_sent' && !attempt.finished;
  // One that this step is to send again stays unknown until the answer to that has come.
  if (!attempt || !(unsent || OPEN_ATTEMPTS.has(attempt.status)) || attempt.id === step.repeat?.of) return undefined;
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const sealer = await access.vault.prepare(owner);
  const exchange: Exchange = attempt.answer
    ? decodeExchange(await access.vault.openBytes(owner, { subjectId: attempt.id, kind: 'answer', version: 1 }, attempt.answer.bytes))
    : { kind: unsent ? 'not_sent' : 'lost', sentAt: access.clock.now(), finishedAt: access.clock.now(), url: attempt.url, method: 'POST' };
  return settleRegistration(work, exchange, sealer, context, access);
}

function precondition(work: Work) {
  const { upstream } = work;
  if (upstream.ehrStatus === 'quarantined' || upstream.ehrStatus === 'unreachable')
    return registrationProblem('registrations.ehr_not_ready');
  return upstream.endpoints.registration === undefined ? registrationProblem('registrations.registration_disabled') : undefined;
}

async function prepare(
  work: Work,
  step: Step,
  access: UpstreamAccess,
  supplied: Pick<Prepared, 'token' | 'statement'>,
): Promise<Prepared | Pick<EffectiveDocument, 'findings'>> {
  const attemptId = newId();
  const marker = step.repeat?.marker ?? markerOf(attemptId);
  const sealer = await access.vault.prepare({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id });
  const subject = { ...work, ...present('statement', work.softwareStatement) };
  const draft = documentOf(subject, access, { ...KEYS_TO_COME, ...present('keySetId', work.pending?.keySetId) }, marker);
  if (draft.findings.some((finding) => finding.severity === 'error')) return { findings: draft.findings };
  const base = { attemptId, marker, sealer, endpoint: work.upstream.endpoints.registration ?? '', ...supplied };
  if (draft.authMethod !== 'private_key_jwt') return { ...base, effective: draft };
  const keys = await clientKeys(work, draft.signingAlg ?? 'ES384', access, sealer);
  return { ...base, keys, effective: documentOf(subject, access, keys.keys, marker) };
}

/** The transaction before the send: no attempt row, no send; no fence, no send; suspended or off-boarding, no send. */
async function begin(work: Work, step: Step, context: StepContext, access: UpstreamAccess, prepared: Prepared): Promise<Work | undefined> {
  const { effective, keys, token, statement } = prepared;
  const now = access.clock.now();
  const steps = markStep(markStep(work.operation.steps, 'publish_key', 'done', now), step.name, 'running', now);
  const attempt = {
    id: prepared.attemptId,
    kind: 'register',
    status: 'sending',
    authorizationServerId: work.upstream.authorizationServerId,
    marker: prepared.marker,
    url: prepared.endpoint,
    metadata: effective.expected,
    metadataDigest: digestText(JSON.stringify(effective.document)),
    deadlineMs: deadline(work),
    ...present('markerMember', effective.marker === 'none' ? undefined : effective.marker),
    ...present('initialAccessTokenId', token?.id),
    ...present('softwareStatementId', statement?.id),
  } as const;
  const rows = { ...keys?.rows, newAttempt: attempt, ...present('initialAccessToken', token && { id: token.id, event: 'use' as const }) };
  const change = { ...changeOf(work, { event: 'start', operation: 'running', next: 'keep', steps }, rows), newAttempt: attempt };
  if (!(await beginAttempt(context, change))) return undefined;
  return {
    ...work,
    taken: true,
    operation: { ...work.operation, status: 'running', steps },
    registration: { ...work.registration, status: 'registering' },
    attempt: {
      id: attempt.id,
      kind: 'register',
      status: 'sending',
      finished: false,
      fence: work.fence,
      url: attempt.url,
      metadata: attempt.metadata,
      marker: attempt.marker,
      metadataDigest: attempt.metadataDigest,
      ...present('markerMember', attempt.markerMember),
      ...present('initialAccessTokenId', token?.id),
      ...present('softwareStatementId', statement?.id),
    },
    lastVersion: Math.max(work.lastVersion, keys?.credential.version ?? 0),
    ...present('pending', keys?.credential),
  };
}

function deadline(work: Work): number {
  return work.upstream.quirks.registrationDeadlineMs ?? WRITE_DEADLINE_MS;
}

async function stopWith(work: Work, context: StepContext, problem: ReturnType<typeof registrationProblem>): Promise<StepResult> {
  await context.commit(changeOf(work, { event: 'refuse', operation: 'failed', next: 'done', problem: problemDocument(problem) }));
  return STOP;
}

async function need(
  work: Work,
  context: StepContext,
  action: RegistrationAction,
  problem: ReturnType<typeof problemDocument>,
): Promise<StepResult> {
  await context.commit(changeOf(work, { event: 'need_action', action, operation: 'action_required', next: 'done', problem }));
  return STOP;
}

async function later(work: Work, context: StepContext, access: UpstreamAccess, inMs: number): Promise<StepResult> {
  const waiting = waitingFor('initial_access_token_unavailable', inMs, access.clock);
  await context.commit(
    changeOf(work, {
      event: 'start',
      operation: 'waiting',
      next: { inMs, budget: 'registration' },
      waiting,
      tries: work.operation.tries + 1,
    }),
  );
  return STOP;
}
