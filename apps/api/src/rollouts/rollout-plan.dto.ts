import { ENVIRONMENTS, publicId } from '@registrar/database';
import { IMPACTS, type PlannedItem, type RolloutPlan } from '@registrar/rollouts';
import { z } from 'zod';
import { shownId } from '../public-id.dto.js';

export const shownWay = z
  .enum(['update', 'portal', 'reregistration'])
  .describe('update: by RFC 7592; portal: a person changes it there; reregistration: the server lets nobody change this client');
export const shownImpact = z
  .enum(IMPACTS)
  .describe('What it means to people at the hospital: nothing, activating the application again, or signing in again');

const pair = z.object({ registration_id: shownId('reg'), tenant_id: shownId('ten'), ehr_id: shownId('ehr') });

const plannedItem = pair.extend({
  environment: z.enum(ENVIRONMENTS),
  revision: z.int().min(1).max(2_147_483_647).describe('The one that it has now'),
  canary: z.boolean().describe('Goes first; the rest follows when every canary is updated and proven'),
  way: shownWay,
  impact: shownImpact,
  changes: z
    .array(z.object({ member: z.string(), before: z.unknown(), after: z.unknown() }))
    .describe('The members of the document that change; null where it is not there'),
  escalations: z.array(z.string()).describe('What would become wider or weaker: needs an approval'),
});

export const shownPlan = z.object({
  application_id: shownId('app'),
  revision: z.int().min(1).max(2_147_483_647),
  items: z.array(plannedItem),
  left_alone: z.array(pair.extend({ reason: z.enum(['not_active', 'needs_reregistration', 'refused_by_linter']), detail: z.string() })),
  needs_approval: z.boolean().describe('By somebody other than who asks for the roll-out'),
  failure_limit: z.int().min(0).max(5_000).describe('How many may fail before it halts'),
  at_once: z.int().min(1).max(100),
  plan_hash: z.string().describe('Over the exact documents; an approval is bound to it'),
});

export function showPlan(plan: RolloutPlan): z.output<typeof shownPlan> {
  return {
    application_id: publicId('app', plan.applicationId),
    revision: plan.revision,
    items: plan.items.map(showItem),
    left_alone: plan.leftAlone.map((one) => ({ ...showPair(one), reason: one.reason, detail: one.detail })),
    needs_approval: plan.needsApproval,
    failure_limit: plan.failureLimit,
    at_once: plan.atOnce,
    plan_hash: plan.planHash,
  };
}

function showItem(item: PlannedItem): z.output<typeof plannedItem> {
  const { environment, revision, canary, way, impact, escalations } = item;
  const changes = item.changes.map(({ member, before, after }) => ({ member, before: before ?? null, after: after ?? null }));
  return { ...showPair(item), environment, revision, canary, way, impact, changes, escalations: [...escalations] };
}

function showPair(one: { readonly registrationId: string; readonly tenantId: string; readonly ehrId: string }) {
  return {
    registration_id: publicId('reg', one.registrationId),
    tenant_id: publicId('ten', one.tenantId),
    ehr_id: publicId('ehr', one.ehrId),
  };
}
