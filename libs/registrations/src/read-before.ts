import { readClient } from '@registrar/dcr';
import type { Problem } from '@registrar/problem';
import type { Change } from './change.js';
import { readsSafely } from './manageability.js';
import { leftAttempt, managedExchange } from './managed-exchange.js';
import { settleRead } from './settle-read.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkClient } from './work.js';

/**
 * Reads a client that is about to be replaced in full, where a read changes nothing (B-04): the work goes on with the server's own
 * representation, which is held for this run only. Where nothing is to be read, the work goes on as it is.
 */
export async function readBefore(
  work: Work,
  client: WorkClient,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  refuse: (work: Work, problem: Problem) => Change,
): Promise<StepResult> {
  if (work.representation || !readsSafely(work) || leftAttempt(work, 'update')) return { kind: 'next', work };
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => ({
      metadata: client.requestedMetadata,
      send: (managed, request) => readClient(access.outbound, access.clock, managed, request),
    }),
    settle: (answer) => settleRead(answer, access),
    refuse,
  });
}
