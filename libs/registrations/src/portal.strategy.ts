import type { OperationKind } from './operation-status.js';
import { takeProveStep } from './prove-step.js';
import { takeWorksheetStep } from './worksheet-step.js';
import type { StepPlan } from './step.js';
import type { Strategy } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';

const PLANS: Partial<Record<OperationKind, readonly StepPlan[]>> = {
  register: [
    { name: 'publish_key', kind: 'publish' },
    { name: 'complete_at_portal', kind: 'wait_for_person' },
    { name: 'prove', kind: 'probe' },
  ],
  verify: [{ name: 'prove', kind: 'probe' }],
};

/** An EHR without dynamic registration: Registrar hosts the keys and prepares the worksheet, a person fills in the vendor's form. */
export function portalStrategy(access: UpstreamAccess): Strategy {
  return {
    name: 'portal',
    plan: (kind) => PLANS[kind],
    steps: {
      publish_key: (work, step, context) => takeWorksheetStep(work, step, context, access),
      complete_at_portal: (work, step, context) => takeWorksheetStep(work, step, context, access),
      prove: (work, step, context) => takeProveStep(work, step, context, access),
    },
  };
}
