import { ENVIRONMENTS, publicId } from '@registrar/database';
import { REGISTRATION_STATUSES, type SupportBundle, type SupportExchange } from '@registrar/registrations';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';

const record = z.record(z.string(), z.unknown());

const exchange = z.object({
  id: shownId('att'),
  kind: z.string(),
  status: z.string(),
  marker: z.string().describe('In the metadata of a client that we may have created'),
  marker_member: z.string().nullable(),
  url: z.string().describe('Of a query only the names are shown, and client_id'),
  started_at: shownMoment(),
  deadline_at: shownMoment(),
  finished_at: shownMoment().nullable(),
  local_address: z.string().nullable().describe('The address that we called from'),
  upstream_status: z.int().min(100).max(999).nullable(),
  correlation: z.record(z.string(), z.string()).nullable().describe('The answer’s own ids, and the date by the server’s clock'),
  outcome: record.nullable().describe('What the answer meant, with the server’s own words, redacted and cut'),
  client_id: z.string().nullable(),
  metadata: record,
  metadata_digest: z.string(),
});

export const shownSupportBundle = z.object({
  registration_id: shownId('reg'),
  generated_at: shownMoment(),
  environment: z.enum(ENVIRONMENTS),
  status: z.enum(REGISTRATION_STATUSES),
  vendor: z.string(),
  issuer: z.string().nullable(),
  fhir_base_url: z.string().nullable(),
  registration_endpoint: z.string().nullable(),
  token_endpoint: z.string().nullable(),
  client_id: z.string().nullable(),
  token_endpoint_auth_method: z.string().nullable(),
  manageable: z.enum(['yes', 'no', 'control_lost']).nullable(),
  requested_metadata: record.nullable(),
  granted_metadata: record.nullable(),
  problem: z.object({ code: z.string(), title: z.string() }).nullable(),
  egress_addresses: z.array(z.string()).describe('Every address that the exchanges left from'),
  exchanges: z.array(exchange).describe('The newest first, a hundred at most; all times are UTC'),
});

export function showSupportBundle(bundle: SupportBundle): z.output<typeof shownSupportBundle> {
  return {
    registration_id: publicId('reg', bundle.registrationId),
    generated_at: bundle.generatedAt.toISOString(),
    environment: bundle.environment,
    status: bundle.status,
    vendor: bundle.vendor,
    issuer: bundle.issuer,
    fhir_base_url: bundle.fhirBaseUrl,
    registration_endpoint: bundle.endpoints.registration ?? null,
    token_endpoint: bundle.endpoints.token ?? null,
    client_id: bundle.clientId,
    token_endpoint_auth_method: bundle.authMethod,
    manageable: bundle.manageable,
    requested_metadata: bundle.requestedMetadata && { ...bundle.requestedMetadata },
    granted_metadata: bundle.grantedMetadata && { ...bundle.grantedMetadata },
    problem: bundle.problem && { ...bundle.problem },
    egress_addresses: [...bundle.egressAddresses],
    exchanges: bundle.exchanges.map(showExchange),
  };
}

function showExchange(sent: SupportExchange): z.output<typeof exchange> {
  return {
    id: publicId('att', sent.id),
    kind: sent.kind,
    status: sent.status,
    marker: sent.marker,
    marker_member: sent.markerMember,
    url: sent.url,
    started_at: sent.startedAt.toISOString(),
    deadline_at: sent.deadlineAt.toISOString(),
    finished_at: sent.finishedAt?.toISOString() ?? null,
    local_address: sent.localAddress,
    upstream_status: sent.upstreamStatus,
    correlation: sent.correlation && { ...sent.correlation },
    outcome: sent.outcome && { ...sent.outcome },
    client_id: sent.clientId,
    metadata: { ...sent.metadata },
    metadata_digest: sent.metadataDigest,
  };
}
