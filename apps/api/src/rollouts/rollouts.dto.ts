import { ENVIRONMENTS, publicId } from '@registrar/database';
import {
  ITEM_STATES,
  ROLLOUT_STAGES,
  ROLLOUT_STATUSES,
  type Rollout,
  type RolloutWanted,
  type RolloutWithItems,
} from '@registrar/rollouts';
import { z } from 'zod';
import { defined } from '../defined.js';
import { pageQuery } from '../page.dto.js';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';
import { shownImpact, shownWay } from './rollout-plan.dto.js';

const canary = z
  .strictObject({
    count: z.int().min(1).max(5_000).optional(),
    registration_ids: z.array(idOf('reg')).min(1).max(5_000).optional(),
  })
  .superRefine((value, context) => {
    if ((value.count === undefined) !== (value.registration_ids === undefined)) return;
    const message = 'Give either count or registration_ids.';
    context.addIssue({ code: 'custom', path: ['count'], params: { code: 'one_of' }, message });
  });

export const newRollout = z
  .strictObject({
    canary: canary.optional().describe('Who goes first: one where least is at stake, when left out'),
    failure_limit: z.int().min(0).max(5_000).optional().describe('How many may fail before it halts; one in ten, at most 3, when left out'),
    at_once: z.int().min(1).max(100).optional().describe('How many are under way at once; 5 when left out'),
    reason: z.string().trim().min(1).max(1_000).optional().describe('Read by whoever approves'),
    replace: z
      .boolean()
      .optional()
      .describe('true: where nobody can change the client, another takes its place; an approval comes first, and the old one is listed'),
    plan_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'as a dry run gave it')
      .optional()
      .describe('The plan that was looked at: where it is another one by now, nothing is done'),
  })
  .default({});
export type NewRolloutBody = z.output<typeof newRollout>;

export function rolloutWantedOf(body: NewRolloutBody): RolloutWanted {
  const { count, registration_ids: registrationIds } = body.canary ?? {};
  return defined({
    canary: registrationIds ? { registrationIds } : count === undefined ? undefined : { count },
    failureLimit: body.failure_limit,
    atOnce: body.at_once,
    reason: body.reason,
    replace: body.replace,
    planHash: body.plan_hash,
  });
}

export const rolloutsQuery = pageQuery.extend({ application_id: idOf('app').optional() });
export type RolloutsQuery = z.output<typeof rolloutsQuery>;

const PROBLEMS = ['canary_failed', 'failure_limit', 'documents_changed', 'approval_rejected', 'approval_expired'] as const;

export const shownRolloutInList = z.object({
  id: shownId('rol'),
  application_id: shownId('app'),
  revision: z.int().min(1).max(2_147_483_647),
  environment: z.enum(ENVIRONMENTS).nullable().describe('Where whoever asked is bound to one'),
  status: z.enum(ROLLOUT_STATUSES),
  stage: z.enum(ROLLOUT_STAGES),
  problem: z
    .object({ code: z.enum(PROBLEMS), detail: z.string() })
    .nullable()
    .describe('Why it halted, or never began'),
  approval_id: shownId('apr').nullable(),
  failure_limit: z.int().min(0).max(5_000),
  at_once: z.int().min(1).max(100),
  reason: z.string().nullable(),
  plan_hash: z.string(),
  created_at: shownMoment(),
  updated_at: shownMoment(),
  finished_at: shownMoment().nullable(),
});

export const shownRollout = shownRolloutInList.extend({
  total: z.int().min(0).max(1_000_000),
  counts: z.record(z.string(), z.int().min(0).max(1_000_000)).describe('How many registrations are in which state'),
  items: z.array(
    z.object({
      registration_id: shownId('reg'),
      tenant_id: shownId('ten'),
      tenant_name: z.string(),
      ehr_name: z.string(),
      canary: z.boolean(),
      way: shownWay,
      impact: shownImpact,
      state: z.enum(ITEM_STATES).describe('waiting: for the hospital’s window; with_person: somebody there, or at a portal, has a task'),
      operation_id: shownId('op').nullable(),
      problem: z.object({ code: z.string(), title: z.string() }).nullable(),
    }),
  ),
});

export function showRolloutInList(rollout: Rollout): z.output<typeof shownRolloutInList> {
  return {
    id: publicId('rol', rollout.id),
    application_id: publicId('app', rollout.applicationId),
    revision: rollout.revision,
    environment: rollout.environment,
    status: rollout.status,
    stage: rollout.stage,
    problem: rollout.problem,
    approval_id: rollout.approvalId && publicId('apr', rollout.approvalId),
    failure_limit: rollout.failureLimit,
    at_once: rollout.atOnce,
    reason: rollout.reason,
    plan_hash: rollout.planHash,
    created_at: rollout.createdAt.toISOString(),
    updated_at: rollout.updatedAt.toISOString(),
    finished_at: rollout.finishedAt?.toISOString() ?? null,
  };
}

export function showRollout(rollout: RolloutWithItems): z.output<typeof shownRollout> {
  const counts: Record<string, number> = {};
  for (const { state } of rollout.items) counts[state] = (counts[state] ?? 0) + 1;
  return {
    ...showRolloutInList(rollout),
    total: rollout.items.length,
    counts,
    items: rollout.items.map((item) => ({
      registration_id: publicId('reg', item.registrationId),
      tenant_id: publicId('ten', item.tenantId),
      tenant_name: item.tenantName,
      ehr_name: item.ehrName,
      canary: item.canary,
      way: item.way,
      impact: item.impact,
      state: item.state,
      operation_id: item.operationId && publicId('op', item.operationId),
      problem: item.problem,
    })),
  };
}
