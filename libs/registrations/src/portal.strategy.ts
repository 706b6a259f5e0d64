import type { OperationKind } from './operation-status.js';
import { CONFIRM_GONE, takeConfirmGoneStep } from './gone-client.js';
import { PORTAL_UPDATE, takePortalUpdateStep } from './portal-update-step.js';
import { takeProveUpdateStep } from './prove-update-step.js';
import { takeProveStep } from './prove-step.js';
import { takeCompareTokenStep } from './sync-token-step.js';
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
  update: PORTAL_UPDATE,
  verify: [{ name: 'prove', kind: 'probe' }],
  // A portal cannot be read: the scope of a token says what the client may.
  sync: [{ name: 'compare_token', kind: 'probe' }],
};

/** An EHR without dynamic registration: Registrar hosts the keys and prepares the worksheet, a person fills in the vendor's form. */
export function portalStrategy(access: UpstreamAccess): Strategy {
  return {
    name: 'portal',
    plan: (kind) => PLANS[kind],
    detours: [CONFIRM_GONE],
    steps: {
      publish_key: (work, step, context) => takeWorksheetStep(work, step, context, access),
      complete_at_portal: (work, step, context) => takeWorksheetStep(work, step, context, access),
      compare_token: (work, step, context) => takeCompareTokenStep(work, step, context, access),
      confirm_gone: (work, step, context) => takeConfirmGoneStep(work, step, context, access),
      change_at_portal: (work, step, context) => takePortalUpdateStep(work, step, context, access),
      prove_update: (work, step, context) => takeProveUpdateStep(work, step, context, access),
      prove: (work, step, context) => takeProveStep(work, step, context, access),
    },
  };
}
