import { takeProveStep } from './prove-step.js';
import { takeRegisterStep } from './register-step.js';
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
    plan: (kind) => PLANS[kind],
    steps: {
      publish_key: (work, step, context) => takeRegisterStep(work, { ...step, name: 'register' }, context, access),
      register: (work, step, context) => takeRegisterStep(work, step, context, access),
      prove: (work, step, context) => takeProveStep(work, step, context, access),
    },
  };
}
