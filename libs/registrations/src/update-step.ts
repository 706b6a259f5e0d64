import { updateClient, updateDocument, type ClientMetadata } from '@registrar/dcr';
import { Problem, problemDocument } from '@registrar/problem';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { readsSafely } from './manageability.js';
import { leftAttempt, managedExchange, type Made } from './managed-exchange.js';
import type { HeldSecrets } from './held-secrets.js';
import { present } from './present.js';
import { readBefore } from './read-before.js';
import { registrationProblem } from './registrations.problems.js';
import { settleUpdate } from './settle-update.js';
import { finishedUpdate } from './finished-update.js';
import { markStep, type Step } from './step.js';
import { withRead } from './update-steps.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { markerIn, updateInputs, wantedDocument } from './wanted-document.js';
import type { Work, WorkClient } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Reads the client before it is changed, where a read changes nothing: an update is a full replacement that starts from the
 * server's own representation (B-04). What was read is held in this run only, so the step is done with the update's attempt.
 */
export async function takeReadStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  if (!client) return withoutClient(work, context);
  const read = await readBefore(work, client, step, context, access, failed);
  if (read.kind === 'stop') return read;
  const steps = markStep(read.work.operation.steps, step.name, 'done', access.clock.now());
  const update = steps.find(({ name }) => name === 'update');
  return update ? takeUpdateStep({ ...read.work, operation: { ...read.work.operation, steps } }, update, context, access) : read;
}

/** Replaces the client's metadata by the wished document (RFC 7592 section 2.2, B-04 to B-08). */
export async function takeUpdateStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  if (!client) return withoutClient(work, context);
  // Whoever takes over, or goes on after a wait, does not have what was read before.
  if (!work.representation && readsSafely(work) && !leftAttempt(work, 'update')) {
    const steps = withRead(work.operation.steps);
    const [read] = steps.filter(({ name }) => name === 'read');
    if (read) return takeReadStep({ ...work, operation: { ...work.operation, steps } }, read, context, access);
  }
  return managedExchange(work, step, context, access, {
    kind: 'update',
    client,
    prepare: (held) => prepareUpdate(work, client, held, access),
    settle: (answer) => settleUpdate(answer, access),
    refuse: failed,
  });
}

function prepareUpdate(work: Work, client: WorkClient, held: HeldSecrets, access: UpstreamAccess): Made {
  const { quirks } = work.upstream;
  const inputs = updateInputs(work.operation);
  const wanted = wantedFor(work, client, access);
  if (wanted instanceof Problem) return wanted;
  const update = updateDocument({
    server: work.representation ?? { requested: client.requestedMetadata, granted: client.grantedMetadata },
    desired: wanted.document,
    clientId: client.clientId,
    // A client that authenticates by its key has no secret to send.
    quirks: held.clientSecret ? quirks : { ...quirks, putSecret: 'omit' },
    requested: inputs.repair === true ? notAskedFor(wanted.document) : client.requestedMetadata,
    ...present('clientSecret', held.clientSecret),
    ...present('marker', markerIn(client.requestedMetadata)),
  });
  // A change that changes nothing is not sent: it could cost the token and the secret for nothing.
  if (update.changes.length === 0) return { change: finishedUpdate(work, access) };
  return {
    metadata: wanted.document,
    send: (managed, request) =>
      updateClient(access.outbound, access.clock, managed, { ...request, update, ...present('ifMatch', work.entityTag) }),
  };
}

/** A repair puts the whole document through, and takes out what nobody asked for of these. */
function notAskedFor(wanted: ClientMetadata): ClientMetadata {
  // Keys that somebody else gave an imported client are not ours to take out.
  const keys = wanted['jwks'] === undefined && wanted['jwks_uri'] === undefined ? [] : ['jwks', 'jwks_uri'];
  const members = ['redirect_uris', ...keys].filter((member) => wanted[member] === undefined);
  return Object.fromEntries(members.map((member) => [member, null]));
}

/** The document that this operation brings about. */
export function wantedFor(work: Work, client: WorkClient, access: UpstreamAccess) {
  const { clientMetadata = work.registration.clientMetadata, repair } = updateInputs(work.operation);
  // At a portal a person brings the credential of another method; and what is repaired is put back as it was approved.
  const asked = work.operation.kind === 'update' && repair !== true && work.registration.strategy === 'dynamic';
  const authentication = asked ? 'may_change' : 'stays';
  return wantedDocument({ ...work, registration: { ...work.registration, clientMetadata } }, client, access, authentication);
}

/** It cannot be made: the client stays as it is, and the operation says why. */
export function failed(work: Work, problem: Problem): Change {
  return changeOf(work, { operation: 'failed', next: 'done', problem: problemDocument(problem) });
}

async function withoutClient(work: Work, context: StepContext): Promise<StepResult> {
  await context.commit(failed(work, registrationProblem('registrations.not_active')));
  return STOP;
}
