import { publicId } from '@registrar/database';
import { OPEN_OPERATIONS } from '@registrar/registrations';
import {
  isoDuration,
  ROTATION_REASONS,
  type PolicySubject,
  type RotationRun,
  type RotationWanted,
  type RunRotation,
} from '@registrar/rotation';
import { z } from 'zod';
import { apiProblem } from '../api.problems.js';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';

const reason = z.enum(ROTATION_REASONS);

export const rotationWanted = z
  .strictObject({
    reason: reason
      .optional()
      .describe('compromised: at once, whatever the window says, and the old credential goes as soon as the new one is proven'),
    immediate: z.boolean().optional().describe('Without the wait for the caches of the EHR'),
    accept_new_client_id: z.boolean().optional().describe('The client id may change, which ends what users have agreed to'),
    confirm_registrations: z.int().min(2).max(1_000_000).optional().describe('How many registrations are known to use this client'),
  })
  .default({});
export type RotationWantedBody = z.output<typeof rotationWanted>;

export function rotationWantedOf(body: RotationWantedBody): RotationWanted {
  return {
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    ...(body.immediate === undefined ? {} : { immediate: body.immediate }),
    ...(body.accept_new_client_id === undefined ? {} : { acceptNewClientId: body.accept_new_client_id }),
    ...(body.confirm_registrations === undefined ? {} : { confirmRegistrations: body.confirm_registrations }),
  };
}

export const newRotationRun = z.strictObject({
  tenant_id: idOf('ten').optional(),
  ehr_id: idOf('ehr').optional(),
  application_id: idOf('app').optional(),
  reason: reason.default('compromised'),
});
export type NewRotationRunBody = z.output<typeof newRotationRun>;

const STATUSES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'action_required', 'outcome_unknown'] as const;
export const shownRotationRun = z.object({
  id: shownId('rot'),
  tenant_id: shownId('ten').nullable(),
  ehr_id: shownId('ehr').nullable(),
  application_id: shownId('app').nullable(),
  reason,
  status: z.enum(['running', 'finished']),
  counts: z.partialRecord(z.enum(STATUSES), z.int().min(0).max(1_000_000)),
  revoked: z.int().min(0).max(1_000_000).describe('How many of the old credentials are gone'),
  last_revoked_at: shownMoment().nullable(),
  time_to_last_revoked: z
    .string()
    .nullable()
    .describe('ISO 8601: from the request until the last old credential was gone; null while one is not'),
  left_out: z.array(z.object({ registration_id: shownId('reg'), reason: z.string() })).describe('The first thousand of them'),
  left_out_count: z.int().min(0).max(1_000_000),
  rotations: z.array(
    z.object({
      registration_id: shownId('reg'),
      operation_id: shownId('op'),
      status: z.enum(STATUSES),
      revoked_at: shownMoment().nullable().describe('When the old credential was gone: shown refused, or past the last cache of it'),
      gone_by: shownMoment().nullable().describe('When the last cache of the old key ends at the EHR, where that is still to come'),
    }),
  ),
  next_cursor: z.string().nullable().describe('Give it as cursor for the next part of the rotations; null at the end'),
  created_at: shownMoment(),
});

/** Whom ids name. @throws Problem api.one_subject unless it is exactly one. */
export function oneSubject(ids: {
  readonly tenant_id?: string | undefined;
  readonly ehr_id?: string | undefined;
  readonly application_id?: string | undefined;
}): PolicySubject {
  const subjects: PolicySubject[] = [];
  if (ids.application_id !== undefined) subjects.push({ applicationId: ids.application_id });
  if (ids.ehr_id !== undefined) subjects.push({ ehrId: ids.ehr_id });
  if (ids.tenant_id !== undefined) subjects.push({ tenantId: ids.tenant_id });
  const [subject] = subjects;
  if (subject && subjects.length === 1) return subject;
  const pointer = subjects.length === 0 ? '' : `/${ids.tenant_id !== undefined ? 'tenant_id' : 'ehr_id'}`;
  throw apiProblem('api.one_subject', {
    errors: [{ pointer, code: 'one_subject', detail: 'Name one of application_id, ehr_id and tenant_id.' }],
  });
}

export function showRotationRun(
  run: RotationRun,
  rotations: { readonly data: readonly RunRotation[]; readonly next_cursor: string | null },
): z.output<typeof shownRotationRun> {
  const { counts, revoked, lastRevokedAt: last } = run;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    id: publicId('rot', run.id),
    tenant_id: run.tenantId === null ? null : publicId('ten', run.tenantId),
    ehr_id: run.ehrId === null ? null : publicId('ehr', run.ehrId),
    application_id: run.applicationId === null ? null : publicId('app', run.applicationId),
    reason: run.reason,
    status: OPEN_OPERATIONS.some((status) => counts[status] !== undefined) ? 'running' : 'finished',
    counts,
    revoked,
    last_revoked_at: last?.toISOString() ?? null,
    time_to_last_revoked: last !== null && revoked === all ? isoDuration(last.getTime() - run.createdAt.getTime()) : null,
    left_out: run.leftOut.map((one) => ({ registration_id: publicId('reg', one.registrationId), reason: one.reason })),
    left_out_count: run.leftOutCount,
    rotations: rotations.data.map((one) => ({
      registration_id: publicId('reg', one.registrationId),
      operation_id: publicId('op', one.operationId),
      status: one.status,
      revoked_at: one.revokedAt?.toISOString() ?? null,
      gone_by: one.goneBy?.toISOString() ?? null,
    })),
    next_cursor: rotations.next_cursor,
    created_at: run.createdAt.toISOString(),
  };
}
