import { foundClient, searchClients, type ListedClient } from '@registrar/dcr';
import { digestText } from '@registrar/vault';
import { acceptedChange } from './accepted-client.js';
import { waitingFor } from './backoff.js';
import type { ConcludedAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { documentOf, KEYS_TO_COME } from './document-of.js';
import { tokenForRegistration } from './initial-access-token.js';
import { present } from './present.js';
import { LOOKS_MS, reconciliationOf, RECONCILE, registering, type Reconciliation } from './reconciliation.js';
import { residueOf } from './residue.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { READ_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import { without } from './without.js';
import type { Work, WorkAttempt } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Clears up a lost answer (reliability.md 3.3): adopts the client that is found by its marker, registers anew where there is none,
 * sends the very same again where that gives the same client, or sends once more and lists the first. Else a person is waited for.
 */
export async function takeReconcileStep(work: Work, _step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { attempt } = work;
  if (attempt?.status !== 'unknown') return hold(work, context);
  switch (reconciliationOf(work)) {
    case 'find':
      return find(work, attempt, context, access);
    case 'repeat':
      return repeats(work, attempt, access) ? repeat(work, attempt, context, access) : hold(work, context);
    case 'retry_once':
      return (await context.reserveRetry(work))
        ? anew(work, context, access, { id: attempt.id, status: 'orphaned', reason: 'retried' })
        : hold(work, context);
    default:
      return hold(work, context);
  }
}

async function find(work: Work, attempt: WorkAttempt, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const name = attempt.metadata['client_name'];
  const token = await tokenForRegistration(work, attempt.url, access);
  if (token.kind !== 'ready' || typeof name !== 'string') return hold(work, context);
  const outcome = await searchClients(access.outbound, access.clock, {
    endpoint: attempt.url,
    initialAccessToken: token.value,
    nameBegins: name,
    deadlineMs: READ_DEADLINE_MS,
    partition: `${work.scope.workspaceId}:${work.tenant.id}`,
  });
  const clients = outcome.kind === 'listed' ? outcome.clients.filter((client) => client['client_name'] === name) : undefined;
  const [client, another] = clients ?? [];
  if (another) return hold(work, context);
  if (client) return adopt(work, attempt, client, context, access);
  if (lookAgainMs(work, 'find') !== undefined) return later(work, 'find', context, access);
  return clients ? anew(work, context, access, { id: attempt.id, status: 'resolved_absent', reason: 'not_found' }) : hold(work, context);
}

/** It is ours by its marker, and proven by our key next: nothing is promoted before that. */
async function adopt(
  work: Work,
  attempt: WorkAttempt,
  listed: ListedClient,
  context: StepContext,
  access: UpstreamAccess,
): Promise<StepResult> {
  const now = access.clock.now();
  const outcome = foundClient(listed, { sent: attempt.metadata, endpoint: attempt.url, now });
  const sealer = await access.vault.prepare({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id });
  const steps = markStep(work.operation.steps, RECONCILE.name, 'done', now);
  const looked = { ...work, operation: { ...work.operation, steps } };
  const adopted = acceptedChange(looked, outcome, { id: attempt.id }, sealer, access);
  const goesOn = adopted.change.operation.status === 'running';
  return (await context.commit(adopted.change)) === 'written' && goesOn ? { kind: 'next', work: adopted.work } : STOP;
}

/** Whether what would be sent is to the byte what was sent: only then is it the same client. */
function repeats(work: Work, attempt: WorkAttempt, access: UpstreamAccess): boolean {
  const { keySetId, publicJwk } = work.pending ?? {};
  const keys = keySetId !== undefined && publicJwk ? { keySetId, publicJwk } : KEYS_TO_COME;
  const { document } = documentOf(work, access, keys, attempt.marker);
  return digestText(JSON.stringify(document)) === attempt.metadataDigest;
}

/** The first attempt stays unknown until the answer to the second has come. */
function repeat(work: Work, attempt: WorkAttempt, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const times = (registering(work)?.repeat?.times ?? 0) + 1;
  const again = { of: attempt.id, marker: attempt.marker, times };
  return goOn(work, context, access, (step) => (step.name === 'register' ? { ...step, repeat: again } : step));
}

/** Sent with a new marker and a new key; a client that the first attempt may have made is accounted for by that one. */
function anew(work: Work, context: StepContext, access: UpstreamAccess, concluded: ConcludedAttempt): Promise<StepResult> {
  const residue = concluded.status === 'orphaned' ? [residueOf('outcome_unknown', { marker: work.attempt?.marker ?? '' })] : [];
  return goOn(without(work, 'pending'), context, access, (step) => step, {
    concluded,
    registration: { residue },
    ...present('retire', work.pending && [work.pending.id]),
  });
}

async function goOn(
  work: Work,
  context: StepContext,
  access: UpstreamAccess,
  change: (step: Step) => Step,
  {
    registration,
    ...rows
  }: Parameters<typeof changeOf>[2] & { readonly registration?: Parameters<typeof changeOf>[1]['registration'] } = {},
): Promise<StepResult> {
  const steps = markStep(work.operation.steps, RECONCILE.name, 'done', access.clock.now()).map(change);
  const standing = {
    event: 'ask_again',
    operation: 'running',
    next: 'keep',
    steps,
    tries: 0,
    ...present('registration', registration),
  } as const;
  if ((await context.commit(changeOf(work, standing, rows))) !== 'written') return STOP;
  const attempt = work.attempt && rows.concluded ? { ...work.attempt, status: rows.concluded.status, finished: true } : work.attempt;
  return {
    kind: 'next',
    work: {
      ...work,
      taken: true,
      operation: { ...work.operation, status: 'running', steps, tries: 0 },
      registration: { ...work.registration, status: 'pending' },
      ...present('attempt', attempt),
    },
  };
}

/** `tries` counts the looks that showed nothing. */
function lookAgainMs({ operation }: Work, way: Reconciliation): number | undefined {
  return LOOKS_MS[way][operation.tries + 1];
}

async function later(work: Work, way: Reconciliation, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const waiting = waitingFor('reconciling', lookAgainMs(work, way) ?? 0, access.clock);
  const next = { at: new Date(waiting.until ?? 0), budget: 'registration' } as const;
  await context.commit(changeOf(work, { operation: 'waiting', next, waiting, tries: work.operation.tries + 1 }));
  return STOP;
}

/** A person's word is waited for, as from the start where nothing can be cleared up (H-30). */
async function hold(work: Work, context: StepContext): Promise<StepResult> {
  const problem = work.registration.problem;
  await context.commit(changeOf(work, { operation: 'outcome_unknown', next: 'done', ...present('problem', problem) }));
  return STOP;
}
