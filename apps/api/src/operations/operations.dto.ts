import { publicId } from '@registrar/database';
import type { OperationView } from '@registrar/registrations';
import { z } from 'zod';
import { pageQuery } from '../page.dto.js';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';

const KINDS = ['register', 'update', 'rotate', 'verify', 'sync', 'deregister'] as const;
const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'waiting', 'action_required', 'outcome_unknown'] as const;

export const operationsQuery = pageQuery.extend({
  registration_id: idOf('reg').optional(),
  kind: z.enum(KINDS).optional(),
  status: z.enum(STATUSES).optional(),
});
export type OperationsQuery = z.output<typeof operationsQuery>;

/** A problem as it was when it happened; what to do next stands in it. */
export const shownProblem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    detail: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    next_action: z.object({ actor: z.string(), label: z.string() }),
  })
  .nullable();

export const shownWaiting = z
  .object({ reason: z.string(), until: shownMoment().optional().describe('Absent: until somebody takes it up again') })
  .nullable();

export const shownOperation = z.object({
  id: shownId('op'),
  registration_id: shownId('reg'),
  tenant_id: shownId('ten'),
  kind: z.enum(KINDS),
  status: z.enum(STATUSES),
  waiting: shownWaiting,
  problem: shownProblem,
  steps: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      status: z.enum(['pending', 'running', 'done']),
      started_at: shownMoment().nullable(),
      finished_at: shownMoment().nullable(),
    }),
  ),
  created_at: shownMoment(),
  started_at: shownMoment().nullable(),
  finished_at: shownMoment().nullable(),
});

export function showOperation(operation: OperationView): z.output<typeof shownOperation> {
  return {
    id: publicId('op', operation.id),
    registration_id: publicId('reg', operation.registrationId),
    tenant_id: publicId('ten', operation.tenantId),
    kind: operation.kind,
    status: operation.status,
    waiting: operation.waiting,
    problem: operation.problem,
    steps: operation.steps.map((step) => ({
      name: step.name,
      kind: step.kind,
      status: step.status,
      started_at: step.started_at ?? null,
      finished_at: step.finished_at ?? null,
    })),
    created_at: operation.createdAt.toISOString(),
    started_at: operation.startedAt?.toISOString() ?? null,
    finished_at: operation.finishedAt?.toISOString() ?? null,
  };
}
