import { CONFIRM_GONE, takeConfirmGoneStep } from './gone-client.js';
import { takeProveStep } from './prove-step.js';
import { takeRegisterStep } from './register-step.js';
import { takeLookStep } from './look-step.js';
import { takeProveUpdateStep } from './prove-update-step.js';
import { takeUndoStep } from './undo-step.js';
import { planSync, SYNC_STEPS, takeCompareStep } from './sync-step.js';
import { takeCompareTokenStep } from './sync-token-step.js';
import { takeReadStep, takeUpdateStep } from './update-step.js';
import { planUpdate, UPDATE_STEPS } from './update-steps.js';
import { takeReconcileStep } from './reconcile-step.js';
import { RECONCILE } from './reconciliation.js';
import type { StepPlan } from './step.js';
import type { Strategy } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { OperationKind } from './operation-status.js';

const PLANS: Partial<Record<OperationKind, readonly StepPlan[]>> = {
  register: [
    { name: 'publish_key', kind: 'publish' },
    { name: 'register', kind: 'upstream_write' },
    { name: 'prove', kind: 'probe' },
  ],
  verify: [{ name: 'prove', kind: 'probe' }],
};

/**
 * RFC 7591. The key set is published in the same transaction that writes the attempt, so the first two steps are taken
 * together: an attempt never stands without what its document points to.
 */
export function dynamicStrategy(access: UpstreamAccess): Strategy {
  return {
    name: 'dynamic',
    plan: (kind, work) => (kind === 'update' ? planUpdate(work) : kind === 'sync' ? planSync(work) : PLANS[kind]),
    detours: [...UPDATE_STEPS, ...SYNC_STEPS, CONFIRM_GONE, RECONCILE],
    steps: {
      compare: (work, step, context) => takeCompareStep(work, step, context, access),
      compare_token: (work, step, context) => takeCompareTokenStep(work, step, context, access),
      read: (work, step, context) => takeReadStep(work, step, context, access),
      update: (work, step, context) => takeUpdateStep(work, step, context, access),
      look: (work, step, context) => takeLookStep(work, step, context, access),
      undo: (work, step, context) => takeUndoStep(work, step, context, access),
      prove_update: (work, step, context) => takeProveUpdateStep(work, step, context, access),
      publish_key: (work, step, context) => takeRegisterStep(work, { ...step, name: 'register' }, context, access),
      register: (work, step, context) => takeRegisterStep(work, step, context, access),
      reconcile: (work, step, context) => takeReconcileStep(work, step, context, access),
      confirm_gone: (work, step, context) => takeConfirmGoneStep(work, step, context, access),
      prove: (work, step, context) => takeProveStep(work, step, context, access),
    },
  };
}
