import { ENVIRONMENTS, publicId } from '@registrar/database';
import {
  REGISTRATION_ACTIONS,
  REGISTRATION_STATUSES,
  type LookedUp,
  type PlannedPair,
  type RegistrationView,
} from '@registrar/registrations';
import { z } from 'zod';
import { shownOperation, shownProblem, shownWaiting, showOperation } from '../operations/operations.dto.js';
import { shownId, shownMoment } from '../public-id.dto.js';
import { snakeCase } from '../snake-case.js';

export const STRATEGIES = ['dynamic', 'portal', 'udap', 'cimd'] as const;
const metadata = z.record(z.string(), z.unknown());

export const shownRegistration = z.object({
  id: shownId('reg'),
  tenant_id: shownId('ten'),
  ehr_id: shownId('ehr'),
  connection_id: shownId('con'),
  application_id: shownId('app'),
  environment: z.enum(ENVIRONMENTS),
  revision: z.int().min(1).max(2_147_483_647),
  status: z.enum(REGISTRATION_STATUSES),
  action: z.enum(REGISTRATION_ACTIONS).nullable().describe('Who has to do what, while the status is action_required'),
  problem: shownProblem,
  waiting: shownWaiting,
  strategy: z.enum(STRATEGIES).nullable(),
  client_id: z.string().nullable(),
  client_scope: z.enum(['registration', 'application']).nullable(),
  client_metadata: metadata.describe("This registration's own overrides"),
  requested_metadata: metadata.nullable(),
  granted_metadata: metadata.nullable(),
  drift: z.string(),
  proof: z.enum(['token', 'client_authentication', 'inconclusive']).nullable(),
  manageable: z.enum(['yes', 'no', 'control_lost']).nullable(),
  credential: z
    .object({ kind: z.string(), version: z.int().min(1).max(2_147_483_647), stage: z.string(), expires_at: shownMoment().nullable() })
    .nullable(),
  next_rotation_at: shownMoment().nullable(),
  last_verified_at: shownMoment().nullable(),
  residue: z.array(
    z.object({
      client_id: z.string().nullable(),
      marker: z.string().optional(),
      reason: z.string(),
      next_action: z.object({ actor: z.string(), label: z.string() }),
    }),
  ),
  operation: shownOperation.nullable().describe('The newest one'),
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export function showRegistration(view: RegistrationView): z.output<typeof shownRegistration> {
  const { credential, operation } = view;
  return {
    id: publicId('reg', view.id),
    tenant_id: publicId('ten', view.tenantId),
    ehr_id: publicId('ehr', view.ehrId),
    connection_id: publicId('con', view.connectionId),
    application_id: publicId('app', view.applicationId),
    environment: view.environment,
    revision: view.revision,
    status: view.status,
    action: view.action,
    problem: view.problem,
    waiting: view.waiting,
    strategy: view.strategy,
    client_id: view.clientId,
    client_scope: view.clientScope,
    client_metadata: { ...view.clientMetadata },
    requested_metadata: view.requestedMetadata && { ...view.requestedMetadata },
    granted_metadata: view.grantedMetadata && { ...view.grantedMetadata },
    drift: view.drift,
    proof: view.proof,
    manageable: view.manageable,
    credential: credential && {
      kind: credential.kind,
      version: credential.version,
      stage: credential.stage,
      expires_at: credential.expiresAt?.toISOString() ?? null,
    },
    next_rotation_at: view.nextRotationAt?.toISOString() ?? null,
    last_verified_at: view.lastVerifiedAt?.toISOString() ?? null,
    residue: view.residue.map((rest) => ({ ...rest })),
    operation: operation && showOperation(operation),
    created_at: view.createdAt.toISOString(),
    updated_at: view.updatedAt.toISOString(),
  };
}

export const shownFinding = z.object({
  id: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  member: z.string().optional(),
  says: z.string(),
  mends: z.string().describe('Who can mend it'),
});

export const shownDryRun = z.object({
  document: metadata.describe('What would be sent, to the letter; ids of the key set and of the attempt stand for those to come'),
  origins: z.record(z.string(), z.string()).describe('Who decided, for each member'),
  reasons: z.record(z.string(), z.string()),
  findings: z.array(shownFinding),
  sendable: z.boolean(),
  strategy: z.enum(STRATEGIES),
  endpoint: z.string().nullable(),
  auth_method: z.string(),
  existing_id: shownId('reg').nullable(),
});

export function showDryRun({ effective, strategy, upstream, existingId }: PlannedPair): z.output<typeof shownDryRun> {
  return {
    document: { ...effective.document },
    origins: { ...effective.origins },
    reasons: { ...effective.reasons },
    findings: effective.findings.map((finding) => ({ ...finding })),
    sendable: effective.findings.every((finding) => finding.severity !== 'error'),
    strategy,
    endpoint: upstream.server?.endpoints.registration ?? null,
    auth_method: effective.authMethod,
    existing_id: existingId === undefined ? null : publicId('reg', existingId),
  };
}

export const shownLookup = z.object({
  registration_id: shownId('reg'),
  tenant_id: shownId('ten'),
  ehr_id: shownId('ehr'),
  environment: z.enum(ENVIRONMENTS),
  client_id: z.string(),
  token_endpoint_auth_method: z.string(),
  token_endpoint_auth_signing_alg: z.string().nullable(),
  scope: z.string().nullable(),
  issuer: z.string().nullable(),
  fhir_base_url: z.string().nullable(),
  endpoints: z.record(z.string(), z.string()),
});

export function showLookup(found: LookedUp): z.output<typeof shownLookup> {
  return {
    registration_id: publicId('reg', found.registrationId),
    tenant_id: publicId('ten', found.tenantId),
    ehr_id: publicId('ehr', found.ehrId),
    environment: found.environment,
    client_id: found.clientId,
    token_endpoint_auth_method: found.authMethod,
    token_endpoint_auth_signing_alg: found.signingAlg,
    scope: found.scope,
    issuer: found.issuer,
    fhir_base_url: found.fhirBaseUrl,
    endpoints: snakeCase(found.endpoints) as Record<string, string>,
  };
}
