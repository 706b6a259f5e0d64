import { ENVIRONMENTS, publicId } from '@registrar/database';
import { CLIENT_SCOPES, EHR_STATUSES, REGISTRATION_MODES, type Ehr } from '@registrar/ehrs';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';
import { snakeCase } from '../snake-case.js';

const record = z.record(z.string(), z.unknown());
const endpoints = z.record(z.string(), z.string());

const discovery = z.object({
  at: shownMoment(),
  issuer: z.string().nullable(),
  issuer_confirmed: z.boolean(),
  documents: z.array(
    z.object({
      kind: z.string(),
      url: z.string(),
      status: z.int().min(100).max(599).optional(),
      found: z.boolean(),
      problem: z.string().optional(),
    }),
  ),
  endpoints,
  problems: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(['error', 'warning', 'info']),
      says: z.string(),
      consequence: z.string(),
      mends: z.string(),
    }),
  ),
  moved_endpoints: z.array(z.string()).describe('Found at another origin than before; nothing is sent there until the EHR is confirmed'),
  unapproved_origin: z.string().nullable().describe('Registration secrets would go here, but wait until the EHR is confirmed'),
});

export const shownEhr = z.object({
  id: shownId('ehr'),
  name: z.string(),
  environment: z.enum(ENVIRONMENTS),
  vendor: z.string(),
  fhir_base_url: z.string().nullable(),
  issuer: z.string().nullable(),
  tenant_id: shownId('ten').nullable(),
  registration_mode: z.enum(REGISTRATION_MODES),
  client_scope: z.enum(CLIENT_SCOPES),
  limits: record,
  status: z.enum(EHR_STATUSES),
  discovery: discovery.nullable(),
  capabilities: record.nullable(),
  quirks: record
    .nullable()
    .describe('How the server differs from the RFCs: the vendor’s profile, then what was learned, then what was declared'),
  authorization_server: z
    .object({
      id: shownId('as'),
      issuer: z.string().nullable(),
      issuer_confirmed: z.boolean(),
      endpoints,
      approved_origins: z.array(z.string()),
      learned_quirks: record.describe('What the server’s answers taught'),
      declared_quirks: record.describe('What an operator declared; it wins over the others'),
    })
    .nullable()
    .describe('What guards the EHR, with the endpoints that are in force; the same for all EHRs of one issuer and environment'),
  rotations_stopped_at: shownMoment()
    .nullable()
    .describe(
      'Since when no scheduled rotation starts here, because more than a tenth of the last 50 failed; /resume-rotations lets it go on',
    ),
  suspended_at: shownMoment().nullable(),
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export function showEhr(ehr: Ehr): z.output<typeof shownEhr> {
  const { server } = ehr;
  return {
    id: publicId('ehr', ehr.id),
    name: ehr.name,
    environment: ehr.environment,
    vendor: ehr.vendor,
    fhir_base_url: ehr.fhirBaseUrl ?? null,
    issuer: ehr.issuer ?? server?.issuer ?? null,
    tenant_id: ehr.tenantId === undefined ? null : publicId('ten', ehr.tenantId),
    registration_mode: ehr.registrationMode,
    client_scope: ehr.clientScope,
    limits: snakeCase(ehr.limits),
    status: ehr.status,
    discovery: showDiscovery(ehr),
    capabilities: server ? snakeCase(server.capabilities) : null,
    quirks: server ? snakeCase(server.quirks) : null,
    authorization_server: server
      ? {
          id: publicId('as', server.id),
          issuer: server.issuer ?? null,
          issuer_confirmed: server.issuerConfirmed,
          endpoints: snakeCase(server.endpoints) as Record<string, string>,
          approved_origins: [...server.approvedOrigins],
          learned_quirks: snakeCase(server.learnedQuirks),
          declared_quirks: snakeCase(server.declaredQuirks),
        }
      : null,
    rotations_stopped_at: server?.rotationsStoppedAt?.toISOString() ?? null,
    suspended_at: ehr.suspendedAt?.toISOString() ?? null,
    created_at: ehr.createdAt.toISOString(),
    updated_at: ehr.updatedAt.toISOString(),
  };
}

function showDiscovery({ discovery: found, discoveredAt, movedEndpoints, unapprovedOrigin }: Ehr): z.output<typeof discovery> | null {
  if (!found || !discoveredAt) return null;
  return {
    at: discoveredAt.toISOString(),
    issuer: found.issuer ?? null,
    issuer_confirmed: found.issuerConfirmed,
    documents: found.documents.map((document) => ({ ...document })),
    endpoints: snakeCase(found.endpoints) as Record<string, string>,
    problems: found.problems.map((problem) => ({ ...problem })),
    moved_endpoints: [...movedEndpoints],
    unapproved_origin: unapprovedOrigin ?? null,
  };
}
