import { ENVIRONMENTS, publicId } from '@registrar/database';
import {
  OFFBOARDING_STATUSES,
  type Disposition,
  type Offboarding,
  type OffboardingCounts,
  type OffboardingPlan,
  type OffboardingWanted,
  type PlannedLeaving,
  type SignedDocument,
} from '@registrar/offboarding';
import { REGISTRATION_STATUSES, type RegistrationStatus } from '@registrar/registrations';
import { z } from 'zod';
import { subjectId } from '../subject-id.js';
import { defined } from '../defined.js';
import { partQuery } from '../page.dto.js';
import { moment, shownId, shownMoment } from '../public-id.dto.js';

const words = z.string().trim().min(1).max(2_000);

export const offboardingWanted = z.strictObject({
  effective_at: moment().optional().describe('When it begins; left out, at once. Until then it can be cancelled'),
  reason: words.optional().describe('Why; stands in the audit log'),
  waiver: words.optional().describe('Why it goes on although the outcome of registrations is unknown; the certificate lists them'),
});
export type OffboardingWantedBody = z.output<typeof offboardingWanted>;

export function wantedOf(body: OffboardingWantedBody): OffboardingWanted {
  return defined({ effectiveAt: body.effective_at, reason: body.reason, waiver: body.waiver });
}

export const offboardQuery = partQuery.extend({
  dry_run: z.enum(['true', 'false']).optional().describe('true: the plan, and nothing is done'),
});
export type OffboardQuery = z.output<typeof offboardQuery>;

const DISPOSITIONS = ['delete', 'shared', 'person', 'unknown', 'none'] as const satisfies readonly Disposition[];

export const shownPlan = z.object({
  tenant_id: shownId('ten'),
  counts: z
    .record(z.enum(DISPOSITIONS), z.int().min(0).max(2_147_483_647))
    .describe(
      'delete: from here; shared: the client stays for other hospitals; person: at a portal, or because it cannot be managed; unknown: has to be resolved or waived; none: nothing is registered',
    ),
  registrations: z.array(
    z.object({
      id: shownId('reg'),
      ehr_id: shownId('ehr'),
      ehr: z.string(),
      application_id: shownId('app'),
      environment: z.enum(ENVIRONMENTS),
      status: z.enum(REGISTRATION_STATUSES),
      client_id: z.string().nullable(),
      disposition: z.enum(DISPOSITIONS),
    }),
  ),
  next_cursor: z.string().nullable().describe('Give it as cursor for the next part of the registrations; null at the end'),
});

export function showPlan(
  { tenantId, counts }: OffboardingPlan,
  registrations: { readonly data: readonly PlannedLeaving[]; readonly next_cursor: string | null },
): z.output<typeof shownPlan> {
  const none = Object.fromEntries(DISPOSITIONS.map((name) => [name, 0])) as Record<Disposition, number>;
  return {
    tenant_id: publicId('ten', tenantId),
    counts: { ...none, ...counts },
    registrations: registrations.data.map((one) => ({
      id: publicId('reg', one.registrationId),
      ehr_id: publicId('ehr', one.ehrId),
      ehr: one.ehrName,
      application_id: publicId('app', one.applicationId),
      environment: one.environment,
      status: one.status as RegistrationStatus,
      client_id: one.clientId,
      disposition: one.disposition,
    })),
    next_cursor: registrations.next_cursor,
  };
}

const shownSigned = z
  .object({
    document: z.record(z.string(), z.unknown()).describe('What was signed; the exact bytes are the payload of jws'),
    sha256: z.string().describe('Of the exact bytes, in hexadecimal'),
    jws: z.string().describe('RFC 7515, compact; ES384'),
    jwks_uri: z.string().describe('Where the public key is, also when the hospital is gone'),
  })
  .nullable();

export const shownOffboarding = z.object({
  tenant_id: shownId('ten'),
  status: z.enum(OFFBOARDING_STATUSES),
  effective_at: shownMoment(),
  reason: z.string().nullable(),
  waiver: z.string().nullable(),
  requested_by: z.object({ type: z.string(), id: z.string() }),
  requested_at: shownMoment(),
  began_at: shownMoment().nullable(),
  ended_at: shownMoment().nullable(),
  cancelled_at: shownMoment().nullable(),
  counts: z.object({
    registrations: z.int().min(0).max(2_147_483_647),
    ended: z.int().min(0).max(2_147_483_647),
    clients_deleted: z.int().min(0).max(2_147_483_647),
    left: z.int().min(0).max(2_147_483_647).describe('Clients and attempts at /v1/orphans that a person has yet to see to'),
  }),
  certificate: shownSigned.describe('What was deleted and confirmed when, and what was not'),
  shredded_at: shownMoment().nullable(),
  shredded_by: z.object({ type: z.string(), id: z.string() }).nullable(),
  shredding: shownSigned.describe('Which keys are destroyed, and when the last backup of the keyring is gone'),
});

export function showOffboarding(offboarding: Offboarding, counts: OffboardingCounts): z.output<typeof shownOffboarding> {
  return {
    tenant_id: publicId('ten', offboarding.tenantId),
    status: offboarding.status,
    effective_at: offboarding.effectiveAt.toISOString(),
    reason: offboarding.reason,
    waiver: offboarding.waiver,
    requested_by: actor(offboarding.requestedBy),
    requested_at: offboarding.createdAt.toISOString(),
    began_at: offboarding.startedAt?.toISOString() ?? null,
    ended_at: offboarding.finishedAt?.toISOString() ?? null,
    cancelled_at: offboarding.cancelledAt?.toISOString() ?? null,
    counts: {
      registrations: counts.registrations,
      ended: counts.ended,
      clients_deleted: counts.clientsDeleted,
      left: counts.clientsLeft + counts.attemptsLeft,
    },
    certificate: signed(offboarding.certificate),
    shredded_at: offboarding.shreddedAt?.toISOString() ?? null,
    shredded_by: offboarding.shreddedBy && actor(offboarding.shreddedBy),
    shredding: signed(offboarding.shredding),
  };
}

function signed(document: SignedDocument | null): z.output<typeof shownSigned> {
  return (
    document && {
      document: JSON.parse(document.document) as Record<string, unknown>,
      sha256: document.sha256,
      jws: document.jws,
      jwks_uri: document.jwksUri,
    }
  );
}

function actor({ type, id }: Offboarding['requestedBy']) {
  return { type, id: subjectId(type, id) };
}
