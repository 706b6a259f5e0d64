import { ENVIRONMENTS, publicId } from '@registrar/database';
import {
  REGISTRATION_ACTIONS,
  REGISTRATION_STATUSES,
  type Batch,
  type BatchItem,
  type BatchPair,
  type BatchPlan,
  type BatchWanted,
  type LeftOut,
} from '@registrar/registrations';
import { z } from 'zod';
import { shownWaiting } from '../operations/operations.dto.js';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';
import { shownFinding, STRATEGIES } from '../registrations/shown-registration.dto.js';

const ids = (prefix: 'ten' | 'ehr' | 'con') => z.array(idOf(prefix)).min(1).max(5_000);

export const newBatch = z
  .strictObject({
    application_id: idOf('app'),
    tenant_ids: ids('ten').optional(),
    ehr_ids: ids('ehr').optional().describe('With tenant_ids: every pair of them that is connected'),
    connect: z.boolean().optional().describe('Connects pairs that are not, where the EHR is shared or this hospital’s'),
    connection_ids: ids('con').optional().describe('In place of tenant_ids and ehr_ids'),
    plan_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'as a dry run gave it')
      .optional()
      .describe('The plan that was looked at: where it is another one by now, nothing is done'),
  })
  .superRefine((body, context) => {
    const byPair = body.tenant_ids !== undefined && body.ehr_ids !== undefined;
    const noPair = body.tenant_ids === undefined && body.ehr_ids === undefined && body.connect === undefined;
    if (body.connection_ids === undefined ? byPair : noPair) return;
    const missing = body.tenant_ids === undefined ? 'tenant_ids' : 'ehr_ids';
    context.addIssue({
      code: 'custom',
      path: [body.connection_ids === undefined ? missing : 'connection_ids'],
      params: { code: 'one_of' },
      message: 'Give either connection_ids, or tenant_ids and ehr_ids.',
    });
  });
export type NewBatchBody = z.output<typeof newBatch>;

export function batchWantedOf(body: NewBatchBody): BatchWanted {
  const { application_id: applicationId, connection_ids: connectionIds, tenant_ids: tenantIds = [], ehr_ids: ehrIds = [] } = body;
  return connectionIds ? { applicationId, connectionIds } : { applicationId, tenantIds, ehrIds, connect: body.connect ?? false };
}

const pair = z.object({ tenant_id: shownId('ten'), ehr_id: shownId('ehr') });
const leftOut = pair.extend({ reason: z.enum(['not_connected', 'not_this_hospitals', 'not_possible']) });
const plannedPair = pair.extend({
  connection_id: shownId('con').nullable().describe('null: made with the batch'),
  environment: z.enum(ENVIRONMENTS),
  strategy: z.enum(STRATEGIES),
  auth_method: z.string(),
  findings: z.array(shownFinding),
});
const counts = z.record(z.string(), z.int().min(0).max(1_000_000)).describe('How many registrations have which status');

export const shownPlan = z.object({
  application_id: shownId('app'),
  to_create: z.array(plannedPair),
  existing: z.array(plannedPair.extend({ registration_id: shownId('reg') })),
  not_this_hospitals: z.array(pair).describe('The EHR belongs to another hospital'),
  not_connected: z.array(pair),
  not_possible: z.array(pair).describe('The EHR’s registration mode is not supported yet'),
  findings: z
    .int()
    .min(0)
    .max(1_000_000)
    .describe('How many findings with severity error; such a registration is refused before anything is sent'),
  duration: z.string().describe('ISO 8601; about how long, without what waits for a person'),
  plan_hash: z.string(),
});

export const shownBatch = z.object({
  id: shownId('bat'),
  application_id: shownId('app'),
  status: z.enum(['running', 'finished']).describe('finished: nothing goes on by itself any more'),
  total: z.int().min(0).max(1_000_000),
  created: z.int().min(0).max(1_000_000),
  existing: z.int().min(0).max(1_000_000),
  counts,
  items: z.array(
    pair.extend({
      registration_id: shownId('reg'),
      tenant_name: z.string(),
      ehr_name: z.string(),
      vendor: z.string(),
      outcome: z.enum(['created', 'existing']),
      status: z.enum(REGISTRATION_STATUSES),
      action: z.enum(REGISTRATION_ACTIONS).nullable(),
      strategy: z.enum(STRATEGIES).nullable(),
      proof: z.string().nullable(),
      client_id: z.string().nullable(),
      problem: z.object({ code: z.string(), title: z.string() }).nullable(),
      waiting: shownWaiting,
    }),
  ),
  left_out: z.array(leftOut),
  plan_hash: z.string(),
  created_at: shownMoment(),
});

const showPair = ({ tenantId, ehrId }: { readonly tenantId: string; readonly ehrId: string }) => ({
  tenant_id: publicId('ten', tenantId),
  ehr_id: publicId('ehr', ehrId),
});

export function showPlan(plan: BatchPlan): z.output<typeof shownPlan> {
  const left = (reason: LeftOut['reason']) => plan.leftOut.filter((one) => one.reason === reason).map(showPair);
  const errors = [...plan.toCreate].flatMap((one) => one.findings.filter((finding) => finding.severity === 'error'));
  return {
    application_id: publicId('app', plan.applicationId),
    to_create: plan.toCreate.map(showPlanned),
    existing: plan.existing.map((one) => ({ ...showPlanned(one), registration_id: publicId('reg', one.registrationId ?? '') })),
    not_this_hospitals: left('not_this_hospitals'),
    not_connected: left('not_connected'),
    not_possible: left('not_possible'),
    findings: errors.length,
    duration: `PT${Math.ceil(plan.durationMs / 1_000)}S`,
    plan_hash: plan.planHash,
  };
}

function showPlanned(one: BatchPair) {
  return {
    ...showPair(one),
    connection_id: one.connectionId === undefined ? null : publicId('con', one.connectionId),
    environment: one.environment,
    strategy: one.strategy,
    auth_method: one.authMethod,
    findings: one.findings.map((finding) => ({ ...finding })),
  };
}

const GOES_ON: ReadonlySet<string> = new Set(['pending', 'registering', 'verifying', 'deregistering']);

export function showBatch(batch: Batch): z.output<typeof shownBatch> {
  const byStatus: Record<string, number> = {};
  for (const item of batch.items) byStatus[item.status] = (byStatus[item.status] ?? 0) + 1;
  return {
    id: publicId('bat', batch.id),
    application_id: publicId('app', batch.applicationId),
    status: batch.items.some((item) => GOES_ON.has(item.status)) ? 'running' : 'finished',
    total: batch.items.length,
    created: batch.items.filter((item) => item.outcome === 'created').length,
    existing: batch.items.filter((item) => item.outcome === 'existing').length,
    counts: byStatus,
    items: batch.items.map(showItem),
    left_out: batch.leftOut.map((one) => ({ ...showPair(one), reason: one.reason })),
    plan_hash: batch.planHash,
    created_at: batch.createdAt.toISOString(),
  };
}

function showItem(item: BatchItem) {
  return {
    ...showPair(item),
    registration_id: publicId('reg', item.registrationId),
    tenant_name: item.tenantName,
    ehr_name: item.ehrName,
    vendor: item.vendor,
    outcome: item.outcome,
    status: item.status,
    action: item.action,
    strategy: item.strategy,
    proof: item.proof,
    client_id: item.clientId,
    problem: item.problem,
    waiting: item.waiting,
  };
}
