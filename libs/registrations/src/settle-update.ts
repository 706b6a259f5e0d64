import {
  compareMetadata,
  learnedFrom,
  parseUpdate,
  unapplied,
  type ClientMetadata,
  type ManagementAccepted,
  type UpdateOutcome,
} from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import { adoptManaged, type AdoptedAnswer } from './adopt-managed.js';
import type { Change, SettledAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { finishedUpdate, unfinishedUpdate } from './finished-update.js';
import { answerWasLost, secretMayBeLost } from './lost-control.js';
import { lostUpdate } from './lost-update.js';
import type { ManagedAnswer, Settled } from './managed-exchange.js';
import { managementContext } from './management-context.js';
import { present } from './present.js';
import { lessonOf, setback } from './setback.js';
import { markStep } from './step.js';
import { withProof, withUndo } from './update-steps.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import { without } from './without.js';
import type { Work, WorkClient } from './work.js';

/** Granting these to a client that nobody asked for is taken back at once (A-35, K-21, K-23). */
const TAKEN_BACK: ReadonlySet<string> = new Set(['redirect_uris_widened', 'auth_method_changed']);

/** What came of an update: everything new in the answer is taken over first (B-03), whatever else it says. */
export function settleUpdate(answer: ManagedAnswer, access: UpstreamAccess): Settled | Promise<Settled> {
  const outcome = updateOutcome(answer, access.clock.now());
  if (outcome.kind === 'accepted') return acceptedUpdate(answer, outcome, access);
  if (outcome.kind === 'unknown') return { change: lostUpdate(answer, outcome, access) };
  return setback(answer, outcome, access);
}

/** Parsing never throws by contract; if it does all the same, the answer is kept, and its outcome is unknown. */
export function updateOutcome(answer: ManagedAnswer, now: Date): UpdateOutcome {
  try {
    const carriedSecret = answer.work.upstream.quirks.putSecret === 'include' && answer.held.clientSecret !== undefined;
    return parseUpdate(answer.exchange, { ...managementContext(answer, now), carriedSecret });
  } catch {
    return { kind: 'unknown', because: 'not_json', ...present('status', answer.exchange.status) };
  }
}

/**
 * The server has the client like this now: taken back where it grants what nobody asked for, a failure where it ignored the
 * change (K-37), and proven where the credential or what it may be used for has changed.
 */
export function acceptedUpdate(
  answer: ManagedAnswer,
  outcome: ManagementAccepted,
  access: UpstreamAccess,
  more: Partial<Change> = {},
): Settled {
  const { attempt, client, work } = answer;
  const now = access.clock.now();
  const { marker } = work.upstream.quirks;
  const desired = attempt.metadata;
  const { granted } = outcome.client;
  const comparison = compareMetadata(desired, granted, { marker });
  const method = otherMethod(client, desired);
  // Where the server did not give what the method needs, the client would have nothing to authenticate with.
  const missingSecret =
    method?.startsWith('client_secret') === true && !outcome.client.clientSecret && work.current?.kind !== 'client_secret';
  const stop = missingSecret ? 'credential_missing' : comparison.stop;
  const takenBack = stop !== undefined && (missingSecret || TAKEN_BACK.has(stop));
  const taken = { now, requested: desired, ...present('authMethod', method) };
  const adopted = adoptManaged(answer, outcome, takenBack ? { now, metadata: 'keep' } : taken);
  const seen = { request: attempt.kind === 'read' ? 'read' : 'update', outcome, now } as const;
  const rows = {
    ...adopted.rows,
    settledAttempt: appliedAttempt(answer, outcome, comparison.class),
    ...lessonOf(work, learnedFrom(seen, work.upstream.quirks)),
    // A full replacement that was taken is all that is left of what was sent before it.
    ...(attempt.kind === 'update' && answerWasLost(work) ? { earlierUpdates: 'superseded' as const } : {}),
    ...more,
  };
  if (takenBack) return undoNext(adopted, rows, now, stop);
  const missing = unapplied(desired, granted, { before: client.grantedMetadata, marker });
  if (missing.length > 0) {
    const problem = problemDocument(updateProblem('registrations.update_unapplied', { extra: { unapplied: missing } }));
    const registration = { drift: 'unapplied', manageable: 'yes' };
    return { change: unfinishedUpdate(adopted.work, problem, registration, { ...rows, ...proofOf(adopted) }) };
  }
  const registration = { drift: comparison.drift, manageable: 'yes' };
  const lost = !adopted.issued && secretMayBeLost(work, client);
  if (!adopted.issued && !lost && !usedOtherwise(client, adopted.work.client ?? client))
    return { change: finishedUpdate(adopted.work, access, registration, rows) };
  const steps = withProof(done(adopted.work, now));
  const change = changeOf(adopted.work, { operation: 'running', next: 'keep', steps, tries: 0, registration }, rows);
  return { change, work: { ...adopted.work, operation: { ...adopted.work.operation, steps, tries: 0 } } };
}

/** The method that an update brings, where it is another than the client has. */
function otherMethod(client: WorkClient, desired: ClientMetadata): string | undefined {
  const method = desired['token_endpoint_auth_method'];
  return typeof method === 'string' && method !== client.authMethod ? method : undefined;
}

/** The one who looks on after an update that failed and yet left another secret: a verification, which promotes it once it works. */
export function proofOf({ issued }: AdoptedAnswer): Pick<Change, 'follow'> {
  return issued ? { follow: { kind: 'verify', input: { cause: 'secret_replaced' } } } : {};
}

function undoNext(adopted: AdoptedAnswer, rows: Partial<Change>, now: Date, stop: string | undefined): Settled {
  const steps = withUndo(done(adopted.work, now));
  const work: Work = { ...adopted.work, operation: { ...adopted.work.operation, steps, tries: 0 } };
  const settledAttempt = rows.settledAttempt && { ...rows.settledAttempt, outcome: { ...rows.settledAttempt.outcome, stop } };
  return {
    change: changeOf(
      adopted.work,
      { operation: 'running', next: 'keep', steps, tries: 0 },
      { ...rows, ...present('settledAttempt', settledAttempt) },
    ),
    work,
  };
}

/** The attempt as it was taken, with how what was granted stands to what was asked. Its contents are adopted, so the answer is not kept. */
export function appliedAttempt({ record }: ManagedAnswer, outcome: ManagementAccepted, difference: string): SettledAttempt {
  return {
    ...without(record, 'answer'),
    status: 'applied',
    upstreamClientId: outcome.client.clientId,
    outcome: { class: difference, rotated: outcome.rotated, findings: outcome.findings },
  };
}

/** Read, looked and sent: whatever led here is over. */
function done(work: Work, now: Date) {
  return work.operation.steps.reduce(
    (steps, { name, status }) => (status === 'done' ? steps : markStep(steps, name, 'done', now)),
    [...work.operation.steps],
  );
}

/** Whether the client may do something else with its credential than before: then a token shows that it can. */
function usedOtherwise(before: WorkClient, after: WorkClient): boolean {
  return ['scope', 'grant_types', 'redirect_uris', 'token_endpoint_auth_method'].some(
    (member) => JSON.stringify(before.requestedMetadata[member] ?? null) !== JSON.stringify(after.requestedMetadata[member] ?? null),
  );
}
