import type { Step, StepPlan } from './step.js';
import type { Work } from './work.js';

/** Clears up what became of a registration whose answer was lost, at a server where that can be done. */
export const RECONCILE: StepPlan = { name: 'reconcile', kind: 'upstream_read' };

/**
 * `find`: an administrator's list shows whether there is a client. `repeat`: the same metadata again gives the same client.
 * `retry_once`: nobody can tell, and it is sent once more, the first one being listed.
 */
export type Reconciliation = 'find' | 'repeat' | 'retry_once';

/**
 * How long to wait before each look: what the server does late should be there by then (U28). The last one is believed. Only one
 * retry is ever made by itself, after a cool-off (H-30 d).
 */
export const LOOKS_MS: Readonly<Record<Reconciliation, readonly number[]>> = {
  find: [30_000, 120_000, 600_000],
  repeat: [30_000, 120_000, 600_000],
  retry_once: [600_000],
};

/** How a lost answer of this work can be cleared up without a person; undefined: it cannot, or must not (reliability.md 3.3). */
export function reconciliationOf({
  operation,
  upstream: { quirks },
  attempt,
  pending,
  initialAccessToken,
}: Work): Reconciliation | undefined {
  if (operation.kind !== 'register' || !attempt) return undefined;
  const listed = quirks.findByMarker === 'client_name_prefix' && attempt.markerMember === 'client_name';
  if (listed && initialAccessToken?.kind === 'static' && pending?.kind === 'private_key') return 'find';
  if (quirks.idempotentByMetadata && attempt.softwareStatementId === undefined) return 'repeat';
  return quirks.unknownOutcome === 'retry_once_and_list' ? 'retry_once' : undefined;
}

/** The wait before the first look; undefined where there is none, or none any more. */
export function firstLook(work: Work): number | undefined {
  const way = reconciliationOf(work);
  return way && LOOKS_MS[way][way === 'repeat' ? (registering(work)?.repeat?.times ?? 0) : 0];
}

/** The steps with a look before the registration is sent again. */
export function withReconcile({ operation }: Pick<Work, 'operation'>): Step[] {
  return operation.steps.flatMap((step): Step[] => {
    if (step.name === RECONCILE.name) return [];
    if (step.name !== 'register') return [step];
    return [
      { ...RECONCILE, status: 'pending' },
      { name: step.name, kind: step.kind, status: 'pending', ...(step.repeat ? { repeat: step.repeat } : {}) },
    ];
  });
}

export function registering({ operation }: Pick<Work, 'operation'>): Step | undefined {
  return operation.steps.find(({ name }) => name === 'register');
}
