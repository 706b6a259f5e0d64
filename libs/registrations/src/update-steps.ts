import { readsSafely } from './manageability.js';
import type { Step, StepPlan } from './step.js';
import type { Work } from './work.js';

const READ: StepPlan = { name: 'read', kind: 'upstream_read' };
const UPDATE: StepPlan = { name: 'update', kind: 'upstream_write' };
const PROVE: StepPlan = { name: 'prove_update', kind: 'probe' };
/** Looks what became of an update whose answer was lost (B-13). */
const LOOK: StepPlan = { name: 'look', kind: 'upstream_read' };
/** Takes a change back that gave the client more than was asked for. */
const UNDO: StepPlan = { name: 'undo', kind: 'upstream_write' };

/** Every step that an update can come to; which ones it does turns out on the way. */
export const UPDATE_STEPS: readonly StepPlan[] = [READ, UPDATE, LOOK, UNDO, PROVE];

/** The steps of an update at this server: a read comes first only where it changes nothing (B-02, B-04). */
export function planUpdate(work: Pick<Work, 'upstream'>): readonly StepPlan[] {
  return readsSafely(work) ? [READ, UPDATE] : [UPDATE];
}

/** After a lost answer it is looked, and then, where nothing was applied, the update is made again. */
export function withLook(steps: readonly Step[]): Step[] {
  return steps.flatMap((step): Step[] => {
    if (step.name === 'look' || step.name === 'read') return [];
    return step.name === 'update' ? [pending(LOOK), pending(UPDATE)] : [step];
  });
}

/** What is changed is read first. */
export function withRead(steps: readonly Step[]): Step[] {
  return steps.flatMap((step): Step[] => (step.name === 'read' ? [] : step.name === 'update' ? [pending(READ), step] : [step]));
}

export function withUndo(steps: readonly Step[]): Step[] {
  return [...steps.filter(({ name }) => name !== 'undo'), pending(UNDO)];
}

export function withProof(steps: readonly Step[]): Step[] {
  return [...steps.filter(({ name }) => name !== PROVE.name), pending(PROVE)];
}

function pending(step: StepPlan): Step {
  return { ...step, status: 'pending' };
}
