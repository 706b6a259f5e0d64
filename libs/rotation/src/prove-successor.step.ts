import type { Database } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import { faultPoint } from '@registrar/faults';
import type { Problem } from '@registrar/problem';
import {
  examineCredential,
  driftRecords,
  manageabilityProblem,
  tokenDrift,
  without,
  type Change,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Verdict,
  type Work,
  type WorkClient,
  type WorkCredential,
} from '@registrar/registrations';
import { servedSince } from '@registrar/keys';
import { cacheMs } from './cache-time.js';
import { urlOfKeySet } from './published-keys.repository.js';
import { rotationInput } from './rotation-input.js';
import { discarded, leftSuccessor } from './remove-successor.step.js';
import { swapOf } from './swap.js';
import { stepProblem } from './rotation-step.problems.js';
import { endWith, stepDone, waitUntil } from './step-done.js';

/** Waits between looks at a token endpoint that does not answer; then the rotation is given up for this time. */
const UNAVAILABLE_LADDER_MS = [30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const;

/**
 * Proves the new credential, and makes it the current one in the transaction of its proof: nothing is promoted before (H-10,
 * H-50). A swap changes the client with it.
 */
export async function takeProveSuccessor(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { pending, client, pendingClient, current } = work;
  const subject = pendingClient ?? client;
  if (!pending || !subject || !client) return endWith(work, context, stepProblem('rotations.nothing_to_rotate'));
  await faultPoint('S3');
  const verdict = await examineCredential(work, subject, pending, access);
  if (verdict.kind !== 'proven') return unproven(work, step, context, access, database, verdict);
  const swap = pendingClient ? swapOf(work, client, pendingClient, access.clock.now()) : undefined;
  const data = {
    operation_id: work.operation.id,
    credential_id: pending.id,
    version: pending.version,
    reason: rotationInput(work).reason,
    ...(pendingClient ? { client_id: pendingClient.clientId } : {}),
  };
  // A broader token is dropped like any other, and said (H-50, K-67).
  const widened = tokenDrift(subject, verdict.scope) === 'widened';
  const told = widened ? driftRecords(work, 'widened', ['scope']) : undefined;
  const moved = await movedByPerson(work, client, pending, database);
  const result = await stepDone(work, step, context, access.clock, {
    ...(told ? { audit: told.audit } : {}),
    rows: { promote: { credentialId: pending.id }, ...lesson(work, verdict), ...moved, ...swap?.rows },
    registration: {
      ...(widened ? { drift: 'widened' as const } : {}),
      proof: verdict.proof,
      lastVerifiedAt: access.clock.now(),
      ...swap?.registration,
    },
    ...(work.registration.status === 'active' ? {} : { event: 'prove' as const }),
    events: [
      { type: 'credential.rotated', subject: { type: 'registration', id: work.registration.id }, tenantId: work.tenant.id, data },
      ...(told?.events ?? []),
    ],
    work: promoted(work, pending, current),
  });
  await faultPoint('S5');
  return result;
}

/** A person told the EHR where the keys are published, and the proof shows that it took them from there: from now on nobody has to. */
async function movedByPerson(
  work: Work,
  client: WorkClient,
  pending: WorkCredential,
  database: Database,
): Promise<Pick<Change, 'changedClients'>> {
  const names = work.operation.steps.map(({ name }) => name);
  if (pending.keySetId === undefined || !names.includes('hand_to_person') || !names.includes('publish_successor')) return {};
  const url = await urlOfKeySet(database, work, pending.keySetId);
  const hosted = (metadata: ClientMetadata): ClientMetadata => ({ ...without(metadata, 'jwks', 'jwks_uri'), jwks_uri: url });
  const requestedMetadata = hosted(client.requestedMetadata);
  return { changedClients: [{ id: client.id, requestedMetadata, grantedMetadata: hosted(client.grantedMetadata) }] };
}

function promoted(work: Work, pending: NonNullable<Work['pending']>, current: Work['current']): Work {
  const { pendingClient } = work;
  return {
    ...without(work, 'pending', 'pendingClient'),
    current: { ...pending, stage: 'current' },
    ...(current ? { previous: { ...current, stage: 'previous' as const } } : {}),
    ...(pendingClient && work.client ? { client: pendingClient, previousClient: work.client } : {}),
  };
}

export function lesson(work: Work, verdict: Extract<Verdict, { kind: 'proven' }>): Pick<Change, 'learned'> {
  return verdict.proofControl === undefined
    ? {}
    : { learned: { authorizationServerId: work.upstream.authorizationServerId, proofControl: verdict.proofControl } };
}

async function unproven(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
  verdict: Exclude<Verdict, { kind: 'proven' }>,
): Promise<StepResult> {
  const { tries } = work.operation;
  const { pending } = work;
  const problem = problemOf(verdict);
  // The first rung of the proof's ladder is the wait before the first try, which is over.
  const inMs =
    verdict.kind === 'unavailable'
      ? UNAVAILABLE_LADDER_MS[tries] === undefined
        ? undefined
        : (verdict.retryAfterMs ?? UNAVAILABLE_LADDER_MS[tries])
      : access.proofLadderMs[tries + 1];
  if (inMs !== undefined) {
    const at = new Date(access.clock.now().getTime() + inMs);
    const reason = verdict.kind === 'unavailable' ? 'ehr_unreachable' : 'proof_ladder';
    return waitUntil(work, step, context, access.clock, { reason, at, tries: tries + 1, problem });
  }
  const cachesEnd = verdict.kind === 'refused' ? cachesOfCompromised(work) : undefined;
  if (cachesEnd && pending?.keySetId !== undefined && access.clock.now() < cachesEnd) {
    await servedSince(database, pending.keySetId, pending.kid ?? '', work.itemId);
    return waitUntil(work, step, context, access.clock, { reason: 'soak', at: cachesEnd, problem });
  }
  return verdict.kind === 'unavailable' || stillPublished(work)
    ? endWith(work, context, problem)
    : giveUp(work, step, context, access, problem);
}

/** Both keys stay published, so the next time goes on with the same one (H-01). */
function stillPublished({ pending, pendingClient }: Work): boolean {
  return pending?.kind === 'private_key' && pendingClient === undefined;
}

/**
 * The new key is published alone, because the old one is compromised, and the EHR goes on with what it fetched before: until
 * the last such cache ends it is tried again, or the old key would end there with no other in its place.
 */
function cachesOfCompromised(work: Work): Date | undefined {
  if (rotationInput(work).reason !== 'compromised') return undefined;
  const published = work.operation.steps.find(({ name }) => name === 'publish_successor')?.finished_at;
  return published === undefined ? undefined : new Date(Date.parse(published) + cacheMs(work.upstream.quirks));
}

/**
 * The new one is not taken: where the old one works, it goes on and the new one is of no use, and a client that was registered for it
 * is deleted again; where neither does, that is said.
 */
async function giveUp(work: Work, step: Step, context: StepContext, access: UpstreamAccess, problem: Problem): Promise<StepResult> {
  const { client, current, pending, pendingClient } = work;
  const old = client && current ? await examineCredential(work, client, current, access) : undefined;
  if (old?.kind === 'refused')
    return endWith(work, context, stepProblem('rotations.neither_works', { upstream: upstreamOf(old) }), { event: 'fail_credential' });
  if (old?.kind !== 'proven') return endWith(work, context, problem);
  if (pendingClient && manageabilityProblem(work, pendingClient, 'deregister', access.clock.now()) === undefined)
    return stepDone(work, step, context, access.clock, { instead: [{ name: 'remove_successor', kind: 'upstream_write' }] });
  const left = pendingClient ? leftSuccessor(pendingClient, access) : undefined;
  return endWith(work, context, problem, { ...left, rows: { ...(pending ? discarded(pending) : {}), ...left?.rows } });
}

export function problemOf(verdict: Exclude<Verdict, { kind: 'proven' }>): Problem {
  if (verdict.kind === 'unavailable')
    return stepProblem('rotations.token_unavailable', { detail: `The token endpoint did not answer (${verdict.code}).` });
  return stepProblem('rotations.not_proven', { upstream: upstreamOf(verdict) });
}

function upstreamOf({ status, error, description }: Extract<Verdict, { kind: 'refused' }>) {
  return { status, error, ...(description === undefined ? {} : { error_description: description }) };
}
