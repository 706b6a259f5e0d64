import { keySetDocument, publishedDocument, type PublishedDocument } from '@registrar/keys';
import { keySetUrl } from '@registrar/keys';
import { changeOf } from './change-of.js';
import { liveClients, withoutClient } from './deregister-steps.js';
import type { LeavingReads } from './leaving.repository.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * The end, here: credentials are retired and their values destroyed, cached tokens dropped, the key set emptied, in one
 * transaction with the status. A client that others use too keeps its own, and the key set theirs; who the last one is, is decided under the client's lock.
 */
export async function takeLeaveStep(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  reads: LeavingReads,
): Promise<StepResult> {
  const [live] = liveClients(work);
  const shared = live && (await reads.isShared(work, live.client)) ? live.client : undefined;
  if (live && !shared) {
    // The others have left meanwhile: the client is this one's to delete.
    return { kind: 'next', work: { ...work, operation: { ...work.operation, steps: withoutClient(work.operation.steps, true) } } };
  }
  const now = access.clock.now();
  const clients = shared ? [] : [work.client, work.pendingClient, work.previousClient].flatMap((client) => client?.id ?? []);
  const steps = markStep(work.operation.steps, step.name, 'done', now);
  await context.commit(
    changeOf(
      work,
      { event: 'deregister_done', operation: 'succeeded', next: 'done', steps },
      {
        forget: { clientIds: clients },
        ...(shared ? { onlyIfShared: shared.id, keySets: keySetsIn(work).map((id) => ({ id })) } : { documents: emptied(work, access) }),
      },
    ),
  );
  return STOP;
}

/** The key sets of this registration, without a key: they stand in portals and at servers, so they go on answering (K-45). */
function emptied(work: Work, { publicUrl }: UpstreamAccess): PublishedDocument[] {
  return keySetsIn(work).map((id) => publishedDocument(id, 'jwks', keySetUrl(publicUrl, id), keySetDocument([])));
}

function keySetsIn({ pending, current, previous }: Work): string[] {
  return [...new Set([pending, current, previous].flatMap((credential) => credential?.keySetId ?? []))];
}
