import { deleteClient } from '@registrar/dcr';
import { liveClients, withoutClient } from './deregister-steps.js';
import { leftClient } from './ended-client.js';
import { leftReason } from './left-reason.js';
import type { LeavingReads } from './leaving.repository.js';
import { manageabilityProblem } from './manageability.js';
import { managedExchange, type Settled } from './managed-exchange.js';
import { laterDeletion, settleDeletion } from './settle-deletion.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkClient } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Deletes the next client that this registration holds (RFC 7592 section 2.3), under the journal. One that serves other
 * hospitals too stays for them; one that cannot be deleted from here is left to a person.
 */
export async function takeDeleteStep(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  reads: LeavingReads,
): Promise<StepResult> {
  const [next] = liveClients(work);
  if (!next || (await reads.isShared(work, next.client)))
    return { kind: 'next', work: { ...work, operation: { ...work.operation, steps: withoutClient(work.operation.steps, false) } } };
  const { client } = next;
  const now = access.clock.now();
  if (manageabilityProblem(work, client, 'deregister', now)) return goOn(unmanageable(work, client, access), context);
  return managedExchange(work, step, context, access, {
    kind: 'deregister',
    client,
    prepare: () => ({ metadata: {}, send: (managed, request) => deleteClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => settleDeletion(answer, access),
    refuse: (failing) => ({ ...unmanageable(failing, client, access).change, next: 'let_go' }),
  });
}

async function goOn({ change, work }: Settled, context: StepContext): Promise<StepResult> {
  return (await context.commit(change)) === 'written' && work ? { kind: 'next', work } : STOP;
}

/** An EHR whose endpoints have moved is waited for, as one that cannot be reached; all else is a person's from now on. */
function unmanageable(work: Work, client: WorkClient, access: UpstreamAccess): Settled {
  const later = work.upstream.ehrStatus === 'quarantined' ? laterDeletion(work, 'ehr_quarantined', access) : undefined;
  return later ?? leftClient(work, client, leftReason(work, client, access.clock.now()), access.clock.now());
}
