import { publicId } from '@registrar/database';
import { WEEKDAYS, type PolicyRules, type RotationPolicy, type Weekday, type Window } from '@registrar/rotation';
import { z } from 'zod';
import { pageQuery } from '../page.dto.js';
import { idOf, moment, shownId, shownMoment } from '../public-id.dto.js';

const duration = (what: string) =>
  z.iso.duration('an ISO 8601 duration as P90D').max(60).describe(`${what}; ISO 8601, a month counts as 30 days`);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time as 22:30');
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const day = z
  .string()
  .max(9)
  .transform((text, context): Weekday => {
    const index = DAYS.findIndex((name) => [name, name.slice(0, 3), name.slice(0, 2)].includes(text.toLowerCase()));
    const found = WEEKDAYS[index];
    if (found === undefined) context.addIssue({ code: 'custom', message: 'a day as mon or monday' });
    return found ?? 'mon';
  });

const window = z
  .strictObject({
    days: z.array(day).max(7).describe('On which it opens: mon, tue, …; also monday, MO'),
    from: timeOfDay.describe('When it opens, HH:MM by the clock on the wall there'),
    to: z.union([timeOfDay, z.literal('24:00')]).describe('When it closes; before `from`: on the next day'),
    time_zone: z.string().min(1).max(60).describe('IANA name, e.g. America/Chicago'),
  })
  .describe('When rotations may happen; the windows of hospital, EHR and application have all to be open');
const freeze = z.strictObject({
  from: moment(),
  to: moment(),
  reason: z.string().max(300).optional(),
});

export const rotationPolicy = z.strictObject({
  application_id: idOf('app').optional(),
  ehr_id: idOf('ehr').optional(),
  tenant_id: idOf('ten').optional(),
  interval: duration('At most this long one credential is used').optional(),
  overlap: duration('How long the previous credential goes on working').optional(),
  soak: duration('At least this long a published key waits before it is used').optional(),
  window: window.optional(),
  freezes: z.array(freeze).max(100).optional().describe('Times in which nothing is rotated'),
  lead: duration('At least this long before it expires a credential is replaced').optional(),
});
export type RotationPolicyBody = z.output<typeof rotationPolicy>;

export const rotationPoliciesQuery = pageQuery.extend({
  application_id: idOf('app').optional(),
  ehr_id: idOf('ehr').optional(),
  tenant_id: idOf('ten').optional(),
});
export type RotationPoliciesQuery = z.output<typeof rotationPoliciesQuery>;

const text = z.string().nullable();
export const shownRotationPolicy = z.object({
  id: shownId('pol'),
  application_id: shownId('app').nullable(),
  ehr_id: shownId('ehr').nullable(),
  tenant_id: shownId('ten').nullable(),
  interval: text,
  overlap: text,
  soak: text,
  window: z.object({ days: z.array(z.enum(WEEKDAYS)), from: z.string(), to: z.string(), time_zone: z.string() }).nullable(),
  freezes: z.array(z.object({ from: shownMoment(), to: shownMoment(), reason: text })),
  lead: text,
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export function rulesOf(body: RotationPolicyBody): PolicyRules {
  const { interval, overlap, soak, lead, window: opens, freezes } = body;
  return {
    ...(interval === undefined ? {} : { interval }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(soak === undefined ? {} : { soak }),
    ...(lead === undefined ? {} : { lead }),
    ...(opens === undefined ? {} : { window: windowOf(opens) }),
    ...(freezes === undefined ? {} : { freezes: freezes.map(freezeOf) }),
  };
}

function windowOf({ days, time_zone: timeZone, ...times }: z.output<typeof window>): Window {
  return { ...times, timeZone, days: WEEKDAYS.filter((name) => days.includes(name)) };
}

function freezeOf({ from, to, reason }: z.output<typeof freeze>) {
  return { from: from.toISOString(), to: to.toISOString(), ...(reason === undefined ? {} : { reason }) };
}

export function showRotationPolicy(policy: RotationPolicy): z.output<typeof shownRotationPolicy> {
  const { rules } = policy;
  return {
    id: publicId('pol', policy.id),
    application_id: policy.applicationId === null ? null : publicId('app', policy.applicationId),
    ehr_id: policy.ehrId === null ? null : publicId('ehr', policy.ehrId),
    tenant_id: policy.tenantId === null ? null : publicId('ten', policy.tenantId),
    interval: rules.interval ?? null,
    overlap: rules.overlap ?? null,
    soak: rules.soak ?? null,
    window: rules.window ? showWindow(rules.window) : null,
    freezes: (rules.freezes ?? []).map(({ from, to, reason }) => ({ from, to, reason: reason ?? null })),
    lead: rules.lead ?? null,
    created_at: policy.createdAt.toISOString(),
    updated_at: policy.updatedAt.toISOString(),
  };
}

function showWindow({ days, from, to, timeZone }: Window) {
  return { days: [...days], from, to, time_zone: timeZone };
}
