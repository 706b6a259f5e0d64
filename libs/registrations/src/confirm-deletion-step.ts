import { judgeDeletion, parseRead, readClient } from '@registrar/dcr';
import { changeOf } from './change-of.js';
import { goingOnWith, liveClients } from './deregister-steps.js';
import { goneClient, leftClient } from './ended-client.js';
import { examineCredential } from './examine-credential.js';
import { heldValues } from './held-secrets.js';
import type { LeavingReads } from './leaving.repository.js';
import { manageabilityProblem } from './manageability.js';
import { managedExchange, type ManagedAnswer, type Settled } from './managed-exchange.js';
import { laterDeletion } from './settle-deletion.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkClient, WorkCredential } from './work.js';
import { without } from './without.js';

const STOP: StepResult = { kind: 'stop' };

/** Asks the server for the client that it said it deleted: 401 or 404 confirms it, the client itself denies it (U23). */
export async function takeConfirmStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const [next] = liveClients(work);
  if (!next) return { kind: 'next', work: marked(work, step) };
  const { client } = next;
  if (manageabilityProblem(work, client, 'read', access.clock.now())) return goOn(askTokenEndpoint(work), context);
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => ({ metadata: {}, send: (managed, request) => readClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => settleRead(answer, access),
    refuse: (failing) => ({ ...askTokenEndpoint(failing).change, next: 'let_go' }),
  });
}

function settleRead(answer: ManagedAnswer, access: UpstreamAccess): Settled {
  const { work, client, record } = answer;
  const now = access.clock.now();
  const verdict = verdictOf(answer, now);
  const settledAttempt = {
    ...without(record, 'answer'),
    status: verdict === 'still_there' ? 'accepted' : verdict === 'gone' ? 'refused' : 'unknown',
    outcome: { result: verdict },
  } as const;
  if (verdict === 'gone') return goneClient(work, client, 'read', now, { settledAttempt });
  if (verdict === 'unconfirmed') return askTokenEndpoint(work, { settledAttempt });
  return (
    laterDeletion(work, 'still_there', access, { settledAttempt }) ??
    leftClient(work, client, 'delete_unconfirmed', now, { settledAttempt })
  );
}

function verdictOf({ work, client, exchange, held }: ManagedAnswer, now: Date) {
  try {
    const context = {
      clientId: client.clientId,
      sent: {},
      registrationEndpoint: work.upstream.endpoints.registration ?? '',
      registrationClientUri: client.management.registrationClientUri ?? '',
      secrets: heldValues(held),
      now,
    };
    return judgeDeletion(parseRead(exchange, context));
  } catch {
    return 'unconfirmed' as const;
  }
}

/**
 * Asks the token endpoint instead: `invalid_client` says that the client is gone (B-10, K-44), unless the credential may be dead
 * by itself. Where nobody can tell it is listed for the EHR's administrator, though the server said that it deleted it (U23).
 */
export async function takeTokenStep(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  reads: LeavingReads,
): Promise<StepResult> {
  const [next] = liveClients(work);
  if (!next) return { kind: 'next', work: marked(work, step) };
  return goOn(await judged(work, next.client, next.credential, step.name === 'confirm_by_token', access, reads), context);
}

async function judged(
  work: Work,
  client: WorkClient,
  credential: WorkCredential | undefined,
  deleted: boolean,
  access: UpstreamAccess,
  reads: LeavingReads,
): Promise<Settled> {
  const left = deleted ? 'delete_unconfirmed' : 'registration_access_token_lost';
  const verdict =
    credential && work.upstream.endpoints.token !== undefined ? await examineCredential(work, client, credential, access) : undefined;
  const now = access.clock.now();
  const dead = verdict?.kind === 'refused' && verdict.error === 'invalid_client';
  const doubted = dead && credential !== undefined && (await reads.isDoubted(work, client, credential, now));
  if (dead && !doubted) return goneClient(work, client, 'token_endpoint', now);
  const blind = verdict === undefined || doubted || (verdict.kind === 'proven' && verdict.proof === 'inconclusive');
  if (blind) return leftClient(work, client, left, now);
  // Spreading through a server takes a while, as registering does: an answer that it lives is asked for again.
  const later = laterDeletion(work, verdict.kind === 'unavailable' ? 'ehr_unreachable' : 'still_there', access);
  if (later && (deleted || verdict.kind === 'unavailable')) return later;
  return leftClient(work, client, left, now);
}

function askTokenEndpoint(work: Work, rows: Parameters<typeof changeOf>[2] = {}): Settled {
  const steps = goingOnWith(work.operation.steps, 'token');
  return {
    change: changeOf(work, { operation: 'running', next: 'keep', steps, tries: 0 }, rows),
    work: { ...work, taken: true, operation: { ...work.operation, status: 'running', steps, tries: 0 } },
  };
}

async function goOn({ change, work }: Settled, context: StepContext): Promise<StepResult> {
  return (await context.commit(change)) === 'written' && work ? { kind: 'next', work } : STOP;
}

function marked(work: Work, step: Step): Work {
  const steps = work.operation.steps.map((one) => (one.name === step.name ? { ...one, status: 'done' as const } : one));
  return { ...work, operation: { ...work.operation, steps } };
}
