import { takeConfirmStep, takeTokenStep } from './confirm-deletion-step.js';
import { takeDeleteStep } from './delete-client-step.js';
import { DEREGISTRATION } from './deregister-steps.js';
import { takeLeaveStep } from './leave-step.js';
import type { LeavingReads } from './leaving.repository.js';
import type { OperationPlanner } from './operation-planner.js';
import { takeRevokeStep } from './revoke-tokens-step.js';
import { takeSettleStep } from './settle-open-step.js';
import type { UpstreamAccess } from './upstream-access.js';

/**
 * Ends a registration, whatever it is and however it was made: what is under way is settled, tokens are revoked, each client
 * is deleted and looked for, and then everything here goes. What cannot be deleted is left with what a person has to do.
 */
export function deregisterPlanner(access: UpstreamAccess, reads: LeavingReads): OperationPlanner {
  return {
    kind: 'deregister',
    plan: () => DEREGISTRATION,
    steps: {
      settle_open: (work, step, context) => takeSettleStep(work, step, context, access, reads),
      revoke_tokens: (work, step, context) => takeRevokeStep(work, step, context, access, reads),
      delete_client: (work, step, context) => takeDeleteStep(work, step, context, access, reads),
      repeat_deletion: (work, step, context) => takeDeleteStep(work, step, context, access, reads),
      confirm_deletion: (work, step, context) => takeConfirmStep(work, step, context, access),
      confirm_by_token: (work, step, context) => takeTokenStep(work, step, context, access, reads),
      confirm_absence: (work, step, context) => takeTokenStep(work, step, context, access, reads),
      leave: (work, step, context) => takeLeaveStep(work, step, context, access, reads),
    },
  };
}
