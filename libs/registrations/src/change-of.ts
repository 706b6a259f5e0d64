import type { ProblemDocument } from '@registrar/problem';
import { present } from './present.js';
import type { Change } from './change.js';
import type { MovingEvent, RegistrationAction } from './lifecycle.js';
import { transition } from './lifecycle.js';
import type { OperationStatus, Waiting } from './operation-status.js';
import type { Step } from './step.js';
import type { Work } from './work.js';

/** Ends of an operation that others hear of, where the registration itself does not move. */
const TOLD = ['succeeded', 'failed', 'cancelled', 'action_required', 'outcome_unknown'] as const satisfies readonly OperationStatus[];

/** What one change does to the standing of a registration and its operation; the rest of the change is rows. */
export interface Standing {
  /** Left out: the registration stays as it is, and only the operation goes on. */
  readonly event?: MovingEvent;
  readonly operation: OperationStatus;
  readonly next: Change['next'];
  readonly action?: RegistrationAction;
  readonly problem?: ProblemDocument;
  readonly waiting?: Waiting;
  readonly steps?: readonly Step[];
  readonly tries?: number;
  readonly registration?: Omit<Change['registration'], 'event' | 'action' | 'problem'>;
}

/** Builds a change of this work: ids, fence, audit entry and event follow from the work and the standing. */
export function changeOf(work: Work, standing: Standing, rows: Partial<Change> = {}): Change {
  return {
    workspaceId: work.scope.workspaceId,
    tenantId: work.tenant.id,
    registrationId: work.registration.id,
    operationId: work.operation.id,
    authorizationServerId: work.upstream.authorizationServerId,
    itemId: work.itemId,
    fence: work.fence,
    guard: `${work.taken ? 'hold' : 'take'}${work.operation.kind === 'deregister' ? '_leaving' : ''}`,
    registration: {
      ...standing.registration,
      ...present('event', standing.event),
      ...present('action', standing.event && standing.action),
      ...present('problem', standing.event && standing.problem),
    },
    operation: {
      status: standing.operation,
      steps: standing.steps ?? work.operation.steps,
      tries: standing.tries ?? work.operation.tries,
      ...present('waiting', standing.waiting),
      ...present('problem', standing.problem),
    },
    next: standing.next,
    ...recordsOf(work, standing, rows),
    ...rows,
  };
}

/** What is remembered and told of it: the registration's event where there is one, else what became of the operation. */
function recordsOf(work: Work, standing: Standing, rows: Partial<Change>): Pick<Change, 'audit' | 'events'> {
  const status = standing.event === undefined ? work.registration.status : transition(standing.event).to;
  const [moved, turned] = [status !== work.registration.status, standing.operation !== work.operation.status];
  const subject = { type: 'registration', id: work.registration.id } as const;
  const tenantId = work.tenant.id;
  const { actor, requestId } = work.scope;
  const data = { operation_id: work.operation.id };
  const detail = {
    ...data,
    kind: work.operation.kind,
    ...present('code', standing.problem?.code),
    ...present('action', standing.action),
  };
  const action = standing.event === undefined ? (`operation.${standing.operation}` as const) : (`registration.${standing.event}` as const);
  const told = standing.event === undefined && turned ? TOLD.find((end) => end === standing.operation) : undefined;
  return {
    audit: moved || turned ? [{ action, subject, tenantId, detail, actor, requestId }] : [],
    events: [
      ...(moved ? [{ type: `registration.${status}` as const, subject, tenantId, data }] : []),
      ...versionTold(work, rows),
      ...(told ? [{ type: `operation.${told}` as const, subject, tenantId, data: { ...data, kind: work.operation.kind } }] : []),
    ],
  };
}

/** Which version counts from now on, for those who hold one: they fetch anew. */
function versionTold({ registration, tenant, pending, previous }: Work, { promote, rollBack }: Partial<Change>): Change['events'] {
  const id = promote?.credentialId ?? rollBack?.credentialId;
  const credential = [pending, previous].find((one) => one?.id === id);
  if (id === undefined || !credential) return [];
  const data = { credential_id: id, kind: credential.kind, version: credential.version };
  return [{ type: 'credential.current', subject: { type: 'registration', id: registration.id }, tenantId: tenant.id, data }];
}
