import { ENVIRONMENTS } from '@registrar/database';
import { CLIENT_SCOPES, EHR_STATUSES, ehrProblem, REGISTRATION_MODES, type EhrChange, type EhrLimits, type NewEhr } from '@registrar/ehrs';
import { z } from 'zod';
import { pageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { declaredQuirks, quirksOf } from './ehr-quirks.dto.js';

const url = z.string().min(1).max(2000);
const vendor = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, dashes and underscores')
  .describe('Whose product it is, e.g. epic, oracle_health, keycloak; decides on the quirks that are assumed');
const limits = z
  .strictObject({ max_in_flight: z.int().min(1).max(1000).optional(), per_second: z.number().min(0.01).max(10_000).optional() })
  .describe('What the server bears; where EHRs share one, the lowest figure holds');

export const newEhr = z.strictObject({
  name: z.string().trim().min(1).max(200),
  environment: z.enum(ENVIRONMENTS),
  vendor: vendor.optional(),
  fhir_base_url: url.optional().meta({ examples: ['https://fhir.example.org/r4'] }),
  issuer: url.optional().meta({ examples: ['https://auth.example.org'] }),
  tenant_id: idOf('ten').optional().describe('Its only hospital; left out: shared'),
  registration_mode: z.enum(REGISTRATION_MODES).optional(),
  client_scope: z.enum(CLIENT_SCOPES).optional(),
  limits: limits.optional(),
  quirks: declaredQuirks.optional(),
});
export type NewEhrBody = z.output<typeof newEhr>;

/** Members that stay for ever are taken, so that the refusal can say why. */
const stays = z.unknown().meta({ readOnly: true }).optional();

export const ehrChange = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  vendor: vendor.optional(),
  registration_mode: z.enum(REGISTRATION_MODES).optional(),
  client_scope: z.enum(CLIENT_SCOPES).optional(),
  limits: limits.optional(),
  quirks: declaredQuirks.optional(),
  environment: stays,
  fhir_base_url: stays,
  issuer: stays,
  tenant_id: stays,
});
export type EhrChangeBody = z.output<typeof ehrChange>;

export const ehrsQuery = pageQuery.extend({
  environment: z.enum(ENVIRONMENTS).optional(),
  vendor: vendor.optional(),
  status: z.enum(EHR_STATUSES).optional(),
  tenant_id: idOf('ten').optional(),
});
export type EhrsQuery = z.output<typeof ehrsQuery>;

export function newEhrOf(body: NewEhrBody): NewEhr {
  return {
    name: body.name,
    environment: body.environment,
    vendor: body.vendor,
    fhirBaseUrl: body.fhir_base_url,
    issuer: body.issuer,
    tenantId: body.tenant_id,
    registrationMode: body.registration_mode,
    clientScope: body.client_scope,
    limits: limitsOf(body.limits),
    quirks: quirksOf(body.quirks),
  };
}

const FOR_EVER = ['environment', 'fhir_base_url', 'issuer', 'tenant_id'] as const;

/** @throws Problem ehrs.immutable */
export function changeOf(body: EhrChangeBody): EhrChange {
  const errors = FOR_EVER.filter((member) => member in body).map((member) => ({
    pointer: `/${member}`,
    code: 'immutable',
    detail: 'Stays as it was when the EHR was made.',
  }));
  if (errors.length > 0) throw ehrProblem('ehrs.immutable', { errors });
  return {
    name: body.name,
    vendor: body.vendor,
    registrationMode: body.registration_mode,
    clientScope: body.client_scope,
    limits: limitsOf(body.limits),
    quirks: quirksOf(body.quirks),
  };
}

function limitsOf(body: z.output<typeof limits> | undefined): EhrLimits | undefined {
  if (!body) return undefined;
  return {
    ...(body.max_in_flight === undefined ? {} : { maxInFlight: body.max_in_flight }),
    ...(body.per_second === undefined ? {} : { perSecond: body.per_second }),
  };
}
