import { AUDIT_ACTIONS, type AuditActor, type AuditEvent, type AuditFilter, type VerifiedChain } from '@registrar/audit';
import type { VouchedByCheckpoints } from '@registrar/checkpoints';
import { publicId } from '@registrar/database';
import { z } from 'zod';
import { defined } from '../defined.js';
import { pageQuery } from '../page.dto.js';
import { idOf, moment, shownId, shownMoment } from '../public-id.dto.js';
import { SUBJECT_PREFIXES, subjectId } from '../subject-id.js';

/** More than a chain will ever hold. */
const PLACES = 2_147_483_647;
const anActor = z.union([idOf('key'), idOf('per')]);
const ANY_ID = Object.values(SUBJECT_PREFIXES);

const filters = {
  tenant_id: idOf('ten').optional().describe('Of this hospital'),
  subject_id: z
    .union(ANY_ID.map((prefix) => idOf(prefix)) as unknown as [z.ZodType<string, string>, z.ZodType<string, string>], {
      error: 'an id, e.g. of a registration',
    })
    .optional()
    .describe('About this, by its id, e.g. reg_…'),
  action: z.enum(AUDIT_ACTIONS).optional(),
  actor_id: z.string().min(1).max(64).optional().describe('Done by this: the id of an API key or a person, or worker'),
  request_id: z.string().min(1).max(200).optional(),
  from: moment().optional(),
  to: moment().optional().describe('Before this moment'),
};
export const auditEventsQuery = pageQuery.extend(filters);
export type AuditEventsQuery = z.output<typeof auditEventsQuery>;
export const auditExportQuery = z.strictObject(filters);
export type AuditExportQuery = z.output<typeof auditExportQuery>;
export const verifyQuery = z.strictObject({ tenant_id: filters.tenant_id });
export type VerifyQuery = z.output<typeof verifyQuery>;

export const verifyBody = z.strictObject({
  tenant_id: filters.tenant_id,
  checkpoints: z
    .array(z.string().min(1).max(200_000))
    .max(1_000)
    .describe(
      'Checkpoints that you kept: the lines as they were sent to stdout, file or webhook, or their jws alone; as many as fit into 64 KiB, npm run audit:verify takes a whole file',
    ),
});
export type VerifyBody = z.output<typeof verifyBody>;

export function filterOf(query: AuditExportQuery): AuditFilter {
  return defined({
    tenantId: query.tenant_id,
    subjectId: query.subject_id,
    action: query.action,
    actorId: query.actor_id === undefined ? undefined : (anActor.safeParse(query.actor_id).data ?? query.actor_id),
    requestId: query.request_id,
    from: query.from,
    to: query.to,
  });
}

export const shownAuditEvent = z.object({
  id: shownId('aud'),
  tenant_id: shownId('ten').nullable().describe('null: of the workspace as a whole'),
  seq: z.int().min(1).max(PLACES).describe('Its place in the chain of that hospital, or of the workspace; from 1 on, without gaps'),
  at: shownMoment(),
  actor: z.object({
    type: z.enum(['api_key', 'person', 'system']),
    id: z.string(),
    name: z.string().optional(),
    from: z.string().optional().describe('The address that the call came from'),
  }),
  action: z.string(),
  subject: z.object({ type: z.string(), id: z.string() }),
  request_id: z.string(),
  detail: z.record(z.string(), z.unknown()).describe('Names of what changed, never a value of it'),
});
export const exportedAuditEvent = shownAuditEvent.extend({
  chain_id: z.string(),
  key_id: z.string().describe('Of the key that the MAC was made with'),
  prev: z.string().describe('The MAC before it, hex'),
  mac: z.string().describe('HMAC-SHA-256 that links it to the one before, hex'),
});

export function showAuditEvent(event: AuditEvent): z.output<typeof shownAuditEvent> {
  return {
    id: publicId('aud', event.id),
    tenant_id: event.tenantId === undefined ? null : publicId('ten', event.tenantId),
    seq: event.seq,
    at: event.at.toISOString(),
    actor: showActor(event.actor),
    action: event.action,
    subject: { type: event.subject.type, id: subjectId(event.subject.type, event.subject.id) },
    request_id: event.requestId,
    detail: event.detail,
  };
}

export function exportAuditEvent(event: AuditEvent): z.output<typeof exportedAuditEvent> {
  const { chainId: chain_id, keyId: key_id } = event;
  return { ...showAuditEvent(event), chain_id, key_id, prev: event.prev.toString('hex'), mac: event.mac.toString('hex') };
}

function showActor(actor: AuditActor): z.output<typeof shownAuditEvent>['actor'] {
  return { ...actor, id: subjectId(actor.type, actor.id) };
}

export const shownVerification = z.object({
  ok: z.boolean().describe('Every chain that was looked at is whole, and the checkpoints fit one another'),
  checkpoints_counted: z.int().min(0).max(PLACES).describe('Of the checkpoints that were given, those that this Registrar signed'),
  checkpoints_foreign: z.int().min(0).max(PLACES).describe('Of the checkpoints that were given, those that it did not sign'),
  checkpoint_faults: z
    .array(
      z.object({
        kept: z.enum(['database', 'given']).describe('Where it shows: among those of the database, or among those that were given'),
        what: z
          .enum(['missing', 'forked', 'behind'])
          .describe(
            'missing: not there, though a later one is; forked: there twice and not the same, or not the one that the next names; behind: counts fewer entries of a chain than an earlier one',
          ),
        n: z.int().min(1).max(PLACES),
        up_to: z.int().min(1).max(PLACES).describe('The last of several that are missing'),
      }),
    )
    .describe('Checkpoints that do not fit, by their numbers'),
  chains: z.array(
    z.object({
      tenant_id: shownId('ten').nullable().describe('null: the chain of the workspace itself'),
      ok: z.boolean(),
      length: z.int().min(0).max(PLACES).nullable().describe('Entries of a whole chain'),
      first_bad: z
        .int()
        .min(1)
        .max(PLACES)
        .nullable()
        .describe('Place of the first entry that is missing, foreign, or not as it was written'),
      by: z
        .enum(['chain', 'checkpoint'])
        .nullable()
        .describe('What shows it: the chain itself, or a signed checkpoint, e.g. where the tail was cut off together with the head'),
    }),
  ),
});

export function showVerification(
  chains: readonly VerifiedChain[],
  workspaceId: string,
  { counted, foreign, faults }: Omit<VouchedByCheckpoints, 'vouched'>,
): z.output<typeof shownVerification> {
  return {
    ok: chains.every(({ verdict }) => verdict.ok) && foreign === 0 && faults.length === 0,
    checkpoints_counted: counted,
    checkpoints_foreign: foreign,
    checkpoint_faults: faults.map(({ kept, what, n, upTo }) => ({ kept, what, n, up_to: upTo })),
    chains: chains.map(({ chainId, verdict }) => ({
      tenant_id: chainId === workspaceId ? null : publicId('ten', chainId),
      ok: verdict.ok,
      length: verdict.ok ? verdict.length : null,
      first_bad: verdict.ok ? null : verdict.firstBad,
      by: verdict.ok ? null : verdict.checkpoint ? ('checkpoint' as const) : ('chain' as const),
    })),
  };
}
