import type { LifeSign } from '@registrar/dcr';

/** The kinds of steps there are; the journal wraps the first two. */
export type StepKind = 'upstream_write' | 'upstream_read' | 'publish' | 'wait_until' | 'wait_for_person' | 'probe';

export interface StepPlan {
  readonly name: string;
  readonly kind: StepKind;
}

/** A step as it is persisted with its operation: a worker that takes over goes on at the first one that is not done. */
export interface Step extends StepPlan {
  readonly status: 'pending' | 'running' | 'done';
  /** What probes of a client that may be gone have shown (H-40). */
  readonly seen?: readonly { readonly at: string; readonly kind: LifeSign }[];
  /** The registration is sent again with the marker of an earlier attempt, at a server where that gives the same client (H-30 b). */
  readonly repeat?: { readonly of: string; readonly marker: string; readonly times: number };
  /** RFC 3339. */
  readonly started_at?: string;
  readonly finished_at?: string;
}

/** The steps with one of them set to a status at a time. */
export function markStep(steps: readonly Step[], name: string, status: 'running' | 'done', at: Date): Step[] {
  const time = at.toISOString();
  return steps.map((step) => {
    if (step.name !== name) return step;
    return status === 'running'
      ? { ...step, status, started_at: step.started_at ?? time }
      : { ...step, status, started_at: step.started_at ?? time, finished_at: time };
  });
}

/** The step to go on with. */
export function nextStep(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => step.status !== 'done');
}
