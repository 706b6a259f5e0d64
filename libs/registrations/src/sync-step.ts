import { compareMetadata, learnedFrom, readClient, unapplied, type MetadataComparison } from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import { adoptManaged } from './adopt-managed.js';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { driftRecords } from './drift.js';
import { managedExchange, type ManagedAnswer, type Settled } from './managed-exchange.js';
import { readOutcome } from './settle-read.js';
import { appliedAttempt } from './settle-update.js';
import { lessonOf, setback } from './setback.js';
import { markStep, type Step, type StepPlan } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { takeCompareTokenStep } from './sync-token-step.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import { readsSafely } from './manageability.js';
import type { Work } from './work.js';

const COMPARE: StepPlan = { name: 'compare', kind: 'upstream_read' };
const COMPARE_TOKEN: StepPlan = { name: 'compare_token', kind: 'probe' };

/** Every step that a sync can come to. */
export const SYNC_STEPS: readonly StepPlan[] = [COMPARE, COMPARE_TOKEN];

/** The client is read where that changes nothing; else the scope of a token says what it may (J-09). */
export function planSync(work: Pick<Work, 'upstream' | 'client'>): readonly StepPlan[] {
  return readsSafely(work) && work.client?.management.token ? [COMPARE] : [COMPARE_TOKEN];
}

/** Reads the client as the server has it, and compares it with what was asked for (J-05, J-09). */
export async function takeCompareStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  if (!client) return takeCompareTokenStep(work, step, context, access);
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => ({
      metadata: client.requestedMetadata,
      send: (managed, request) => readClient(access.outbound, access.clock, managed, request),
    }),
    settle: (answer) => settleCompare(answer, access),
    // What cannot be read shows by its tokens.
    refuse: (stopped) =>
      changeOf(stopped, { operation: 'running', next: { inMs: 0, budget: 'token' }, steps: [{ ...COMPARE_TOKEN, status: 'pending' }] }),
  });
}

function settleCompare(answer: ManagedAnswer, access: UpstreamAccess): Settled | Promise<Settled> {
  const { work, client } = answer;
  const now = access.clock.now();
  const outcome = readOutcome(answer, now);
  if (outcome.kind !== 'accepted') return setback(answer, outcome, access);
  const { marker } = work.upstream.quirks;
  const { granted } = outcome.client;
  const comparison = compareMetadata(client.requestedMetadata, granted, { marker });
  const still = work.registration.drift === 'unapplied' && unapplied(client.requestedMetadata, granted, { marker }).length > 0;
  const drift = still ? 'unapplied' : comparison.drift;
  const adopted = adoptManaged(answer, outcome, { now });
  const rows = {
    ...adopted.rows,
    settledAttempt: appliedAttempt(answer, outcome, comparison.class),
    ...lessonOf(work, learnedFrom({ request: 'read', outcome, now }, work.upstream.quirks)),
  };
  return { change: comparedChange(adopted.work, comparison, drift, rows, access) };
}

/** Redirect URIs or a way to authenticate that nobody asked for are taken back where that can be done, and else a person looks at once. */
function comparedChange(work: Work, comparison: MetadataComparison, drift: string, rows: Partial<Change>, access: UpstreamAccess): Change {
  const registration = { drift, manageable: 'yes' } as const;
  const steps = work.operation.steps.reduce((all, { name }) => markStep(all, name, 'done', access.clock.now()), [...work.operation.steps]);
  const stop = comparison.stop === 'redirect_uris_widened' || comparison.stop === 'auth_method_changed';
  if (stop && !work.upstream.quirks.management.includes('update')) {
    const extra = { differences: comparison.differences };
    const problem = problemDocument(updateProblem('registrations.widened_at_source', { extra }));
    const action = 'review_granted_metadata';
    return changeOf(work, { event: 'need_action', action, operation: 'action_required', next: 'done', problem, steps, registration }, rows);
  }
  const follow = stop ? { follow: { kind: 'update' as const, input: { repair: true, cause: 'widened_at_source' } } } : {};
  const change = changeOf(work, { operation: 'succeeded', next: 'done', steps, registration }, { ...rows, ...follow });
  const told = driftRecords(
    work,
    drift,
    comparison.differences.map(({ member }) => member),
  );
  return { ...change, audit: [...change.audit, ...told.audit], events: [...change.events, ...told.events] };
}
