import type { RegistrationOutcome } from '@registrar/dcr';
import type { Quirks } from '@registrar/dcr';
import { problemDocument, type ProblemOptions } from '@registrar/problem';
import { waitingFor } from './backoff.js';
import type { AnswerRecord, Change } from './change.js';
import { changeOf } from './change-of.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { statementEvent, tokenEvent } from './unsent-registration.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

type Refused = Extract<RegistrationOutcome, { kind: 'refused' }>;

const DEFAULT_PAUSE_MS = 30_000;
const KEY_MEMBERS = new Set(['jwks_uri', 'jwks']);
// Never left out, whatever a server says: without them the client would be another one.
const KEPT = new Set([
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'scope',
  'jwks',
  'jwks_uri',
  'client_name',
  'software_statement',
]);

/** The EHR said no. Nothing is sent again but what a definite 400 on one member allows, once each. */
export function refusedChange(work: Work, outcome: Refused, record: AnswerRecord, access: UpstreamAccess): Change {
  const settledAttempt = {
    ...record,
    status: 'refused',
    outcome: {
      reason: outcome.reason,
      status: outcome.status,
      ...present('error', outcome.error),
      ...present('description', outcome.description),
      ...present('error_uri', outcome.errorUri),
    },
  } as const;
  const problem = problemDocument(words(work, outcome));
  if (outcome.reason === 'rate_limited') {
    const inMs = outcome.retryAfterMs ?? DEFAULT_PAUSE_MS;
    const gate = {
      authorizationServerId: work.upstream.authorizationServerId,
      budget: 'registration',
      shutForMs: inMs,
      reason: 'rate_limited',
    } as const;
    return changeOf(
      work,
      {
        event: 'retry_later',
        operation: 'waiting',
        next: { inMs, budget: 'registration' },
        waiting: waitingFor('rate_limited', inMs, access.clock),
        problem,
      },
      { settledAttempt, gate, ...tokenEvent(work, 'turn_away') },
    );
  }
  if (outcome.reason === 'needs_initial_access_token') {
    const sentWith = work.attempt?.initialAccessTokenId !== undefined;
    // The token is what was refused; with another one of the pool the same request may still be taken.
    if (sentWith && othersUsable(work))
      return changeOf(
        work,
        { event: 'retry_later', operation: 'running', next: { inMs: 0, budget: 'registration' }, problem },
        { settledAttempt, ...tokenEvent(work, 'refuse') },
      );
    const learned = sentWith
      ? undefined
      : { authorizationServerId: work.upstream.authorizationServerId, quirks: { iatMode: 'reusable' } as const };
    return changeOf(
      work,
      { event: 'need_action', action: 'supply_initial_access_token', operation: 'action_required', next: 'done', problem },
      { settledAttempt, ...tokenEvent(work, 'refuse'), ...present('learned', learned) },
    );
  }
  const learned = lesson(work, outcome);
  if (learned) {
    return changeOf(
      work,
      { event: 'retry_later', operation: 'running', next: { inMs: 0, budget: 'registration' } },
      {
        settledAttempt,
        ...tokenEvent(work, 'doubt'),
        learned: { authorizationServerId: work.upstream.authorizationServerId, quirks: learned },
      },
    );
  }
  if (outcome.reason === 'software_statement' || outcome.reason === 'unapproved_software') {
    const sent = work.attempt?.softwareStatementId !== undefined;
    const unapproved = outcome.reason === 'unapproved_software';
    // A server that calls a statement invalid that it was never sent wants one.
    const wants = sent || unapproved ? undefined : ({ softwareStatement: 'required' } as const);
    const { authorizationServerId } = work.upstream;
    return changeOf(
      work,
      {
        event: 'need_action',
        action: unapproved ? 'approve_change' : 'supply_software_statement',
        operation: 'action_required',
        next: 'done',
        problem,
      },
      {
        settledAttempt,
        ...tokenEvent(work, 'doubt'),
        ...(unapproved ? {} : statementEvent(work, 'invalid')),
        ...present('learned', wants && { authorizationServerId, quirks: wants }),
      },
    );
  }
  return changeOf(work, { event: 'refuse', operation: 'failed', next: 'done', problem }, { settledAttempt, ...tokenEvent(work, 'doubt') });
}

/** Whether the pool has a token besides the one that this attempt was sent with. */
function othersUsable({ attempt, initialAccessToken: next }: Work): boolean {
  return next !== undefined && (next.id !== attempt?.initialAccessTokenId || next.usable > 1);
}

/**
 * What a definite 400 on one member teaches, so that one more try can be right: the other way to hand over keys,
 * or an optional member left out. A lesson that was learned before is not learned twice, so it ends.
 */
function lesson(work: Work, outcome: Refused): Partial<Quirks> | undefined {
  const { member } = outcome;
  const sent = work.attempt?.metadata ?? {};
  if (outcome.status !== 400 || outcome.reason !== 'invalid_client_metadata' || member === undefined) return undefined;
  const { jwksMode, droppedMembers } = work.upstream.quirks;
  if (KEY_MEMBERS.has(member)) {
    const other = 'jwks_uri' in sent ? 'inline' : 'uri';
    return jwksMode.length > 1 && jwksMode.includes(other) ? { jwksMode: [other] } : undefined;
  }
  return member in sent && !KEPT.has(member) && !droppedMembers.includes(member)
    ? { droppedMembers: [...droppedMembers, member] }
    : undefined;
}

function words(work: Work, outcome: Refused) {
  const options: ProblemOptions = {
    upstream: { status: outcome.status, ...present('error', outcome.error), ...present('error_description', outcome.description) },
  };
  switch (outcome.reason) {
    case 'needs_initial_access_token':
      return registrationProblem(
        work.attempt?.initialAccessTokenId === undefined
          ? 'registrations.initial_access_token_needed'
          : 'registrations.initial_access_token_refused',
        options,
      );
    case 'invalid_redirect_uri':
      return registrationProblem('registrations.redirect_uri_rejected', options);
    case 'invalid_client_metadata':
      return registrationProblem('registrations.metadata_rejected', options);
    case 'software_statement':
      return registrationProblem(
        work.attempt?.softwareStatementId === undefined
          ? 'registrations.software_statement_needed'
          : 'registrations.software_statement_rejected',
        options,
      );
    case 'unapproved_software':
      return registrationProblem('registrations.unapproved_software', options);
    case 'policy':
      return registrationProblem('registrations.policy_refused', options);
    case 'registration_disabled':
    case 'method':
      return registrationProblem('registrations.registration_disabled', options);
    case 'redirected':
      return registrationProblem('registrations.redirected', options);
    default:
      return registrationProblem('registrations.refused', options);
  }
}
