import { parseRead, parseUpdate, readClient, updateClient, updateDocument } from '@registrar/dcr';
import {
  adoptManaged,
  lostControl,
  managedExchange,
  managementContext,
  readBefore,
  type HeldSecrets,
  type ReadyRequest,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  without,
} from '@registrar/registrations';
import { settleManaged } from './managed-outcome.js';
import { stepProblem } from './rotation-step.problems.js';
import { doneChange, ending, endWith, STOP, stepDone } from './step-done.js';
import { examineCredential, type StepPlan } from '@registrar/registrations';

const PROVE: StepPlan = { name: 'prove_successor', kind: 'probe' };

/**
 * Says that from now on the old secret may end at any moment (H-03): a server with one slot has no overlap. Who was given
 * the secret fetches it anew at the next event, or where it is refused.
 */
export function takeAnnounceGap(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const data = {
    operation_id: work.operation.id,
    starts_at: access.clock.now().toISOString(),
    overlap: work.upstream.quirks.secretOverlap,
  };
  const event = {
    type: 'rotation.gap_announced',
    subject: { type: 'registration', id: work.registration.id },
    tenantId: work.tenant.id,
    data,
  } as const;
  return stepDone(work, step, context, access.clock, { events: [event] });
}

/**
 * Has the server issue another secret, by a read or by an update that changes nothing (H-03). Both secrets are kept until the
 * new one is proven. Where the answer holds none, another way is gone; or that was all, where only the registration access token
 * was to be renewed (H-07).
 */
export async function takeIssueSecret(
  asked: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  way: { readonly kind: 'read' | 'update'; readonly otherwise: 'done' | (() => readonly StepPlan[]) },
): Promise<StepResult> {
  if (!asked.client) return STOP;
  const read: StepResult =
    way.kind === 'read' ? { kind: 'next', work: asked } : await readBefore(asked, asked.client, step, context, access, ending);
  if (read.kind === 'stop') return read;
  const { work } = read;
  const client = work.client ?? asked.client;
  const { requestedMetadata: requested, grantedMetadata: granted, clientId } = client;
  const carriedSecret = way.kind === 'update' && work.upstream.quirks.putSecret === 'include';
  return managedExchange(work, step, context, access, {
    kind: way.kind,
    client,
    prepare: (held: HeldSecrets): ReadyRequest => ({
      metadata: requested,
      send: (managed, request) => {
        if (way.kind === 'read') return readClient(access.outbound, access.clock, managed, request);
        const update = updateDocument({
          server: work.representation ?? { requested, granted },
          desired: requested,
          requested,
          clientId,
          quirks: work.upstream.quirks,
          ...(held.clientSecret ? { clientSecret: held.clientSecret } : {}),
        });
        const ifMatch = work.entityTag === undefined ? {} : { ifMatch: work.entityTag };
        return updateClient(access.outbound, access.clock, managed, { ...request, update, ...ifMatch });
      },
    }),
    settle: (answer) => {
      const now = access.clock.now();
      const read = managementContext(answer, now);
      const outcome = way.kind === 'read' ? parseRead(answer.exchange, read) : parseUpdate(answer.exchange, { ...read, carriedSecret });
      if (outcome.kind === 'refused' && outcome.reason === 'unauthorized') {
        const settledAttempt = { ...without(answer.record, 'answer'), status: 'refused', outcome: { reason: outcome.reason } } as const;
        return lostControl(answer, outcome, settledAttempt, access);
      }
      return settleManaged(answer, outcome, access, {
        accepted: (accepted) => {
          const adopted = adoptManaged(answer, accepted, { now });
          // What was read before is older than this.
          const done = { rows: adopted.rows, work: without(adopted.work, 'representation', 'entityTag') };
          // A secret that came with the token is proven like any other.
          if (way.otherwise === 'done')
            return doneChange(answer.work, step, access.clock, adopted.issued ? { ...done, instead: [PROVE] } : done);
          return doneChange(answer.work, step, access.clock, adopted.issued ? done : { ...done, instead: way.otherwise() });
        },
        // The server may know a secret that we do not: which one it takes decides.
        unknown: () => doneChange(answer.work, step, access.clock, { instead: [{ name: 'check_current', kind: 'probe' }] }),
      });
    },
    refuse: ending,
  });
}

/** After a lost answer: the old secret works, and nothing was lost; or it does not, and a person has to get a new one. */
export async function takeCheckCurrent(work: Work, _step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client, current } = work;
  if (!client || !current) return STOP;
  const verdict = await examineCredential(work, client, current, access);
  const problem = stepProblem('rotations.issue_unknown');
  if (verdict.kind === 'refused')
    return endWith(work, context, problem, { event: 'fail_credential', registration: { manageable: 'control_lost' } });
  return endWith(work, context, problem, verdict.kind === 'unavailable' ? { operation: 'outcome_unknown' } : {});
}
