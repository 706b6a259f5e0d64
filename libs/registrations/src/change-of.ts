import type { ProblemDocument } from '@registrar/problem';
import { present } from './present.js';
import type { Change } from './change.js';
import type { LifecycleEvent, RegistrationAction } from './lifecycle.js';
import { transition } from './lifecycle.js';
import type { OperationStatus, Waiting } from './operation-status.js';
import type { Step } from './step.js';
import type { Work } from './work.js';

/** What one change does to the standing of a registration and its operation; the rest of the change is rows. */
export interface Standing {
  readonly event: LifecycleEvent;
  readonly operation: OperationStatus;
  readonly next: Change['next'];
  readonly action?: RegistrationAction;
  readonly problem?: ProblemDocument;
  readonly waiting?: Waiting;
  readonly steps?: readonly Step[];
  readonly tries?: number;
  readonly registration?: Partial<Pick<Change['registration'], 'clientId' | 'drift' | 'proof' | 'manageable' | 'lastVerifiedAt'>>;
}

/** Builds a change of this work: ids, fence, audit entry and event follow from the work and the standing. */
export function changeOf(work: Work, standing: Standing, rows: Partial<Change> = {}): Change {
  const status = transition(standing.event).to;
  const subject = { type: 'registration', id: work.registration.id } as const;
  const detail = {
    operation_id: work.operation.id,
    kind: work.operation.kind,
    ...present('code', standing.problem?.code),
    ...present('action', standing.action),
  };
  const changed = status !== work.registration.status || standing.operation !== work.operation.status;
  return {
    workspaceId: work.scope.workspaceId,
    tenantId: work.tenant.id,
    registrationId: work.registration.id,
    operationId: work.operation.id,
    itemId: work.itemId,
    fence: work.fence,
    guard: work.taken ? 'hold' : 'take',
    registration: {
      event: standing.event,
      ...standing.registration,
      ...present('action', standing.action),
      ...present('problem', standing.problem),
    },
    operation: {
      status: standing.operation,
      steps: standing.steps ?? work.operation.steps,
      tries: standing.tries ?? work.operation.tries,
      ...present('waiting', standing.waiting),
      ...present('problem', standing.problem),
    },
    next: standing.next,
    audit: changed
      ? [
          {
            action: `registration.${standing.event}`,
            subject,
            tenantId: work.tenant.id,
            detail,
            actor: work.scope.actor,
            requestId: work.scope.requestId,
          },
        ]
      : [],
    events:
      status === work.registration.status
        ? []
        : [{ type: `registration.${status}`, subject, tenantId: work.tenant.id, data: { operation_id: work.operation.id } }],
    ...rows,
  };
}
