import {
  quirksFor,
  type Capabilities,
  type ClientMetadata,
  type Endpoints,
  type JsonObject,
  type Quirks,
  type SigningAlg,
} from '@registrar/dcr';
import type { UnitOfWork, WorkActor } from '@registrar/database';
import type { TokenClient } from '@registrar/ehrs';
import type { PublicJwk } from '@registrar/keys';
import { present } from './present.js';
import { sealedValue as sealed, workClient, type ClientRow } from './work-client-row.js';
import type { Step } from './step.js';
import type { Work, WorkAttempt, WorkCredential, WorkInitialAccessToken, WorkSoftwareStatement, WorkUpstream } from './work.js';

type Registration = Work['registration'];
type Nullable<T> = T | null;

interface CredentialRow {
  id: string;
  kind: WorkCredential['kind'];
  version: number;
  stage: WorkCredential['stage'];
  client_id: Nullable<string>;
  key_set_id: Nullable<string>;
  alg: Nullable<SigningAlg>;
  kid: Nullable<string>;
  public_jwk: Nullable<PublicJwk>;
  expires_at: Nullable<string>;
}

/** One row of the loading query. */
export interface WorkRow {
  item_id: string;
  fence: string;
  operation: {
    id: string;
    kind: Work['operation']['kind'];
    status: Work['operation']['status'];
    steps: Step[];
    input: Record<string, unknown>;
    tries: number;
    requested_by: WorkActor;
    request_id: string;
  };
  registration: {
    id: string;
    tenant_id: string;
    connection_id: string;
    application_id: string;
    environment: Registration['environment'];
    strategy: Nullable<Registration['strategy']>;
    status: Registration['status'];
    action: Nullable<NonNullable<Registration['action']>>;
    problem: Nullable<NonNullable<Registration['problem']>>;
    client_metadata: ClientMetadata;
    revision: number;
    manageable: Nullable<NonNullable<Registration['manageable']>>;
    drift: string;
  };
  tenant: { id: string; name: string; stopped: boolean };
  ehr: {
    id: string;
    status: WorkUpstream['ehrStatus'];
    vendor: string;
    fhir_base_url: Nullable<string>;
    client_scope: WorkUpstream['clientScope'];
    suspended_at: Nullable<string>;
    transport_version: Nullable<number>;
  };
  server: Nullable<{
    id: string;
    issuer: Nullable<string>;
    vendor: string;
    endpoints: Endpoints;
    capabilities: Capabilities;
    declared_quirks: Partial<Quirks>;
    learned_quirks: Partial<Quirks>;
    approved_origins: string[];
    proof_control: Nullable<string>;
  }>;
  application: { name: string; kind: Work['application']['kind']; suspended_at: Nullable<string> };
  revision: { client_metadata: ClientMetadata; required_scopes: string[]; optional_scopes: string[]; launch_url: Nullable<string> };
  openid: Nullable<boolean>;
  override: Nullable<ClientMetadata>;
  client: Nullable<ClientRow>;
  client_key_id: Nullable<string>;
  client_sealed: Nullable<Buffer>;
  pending_client: Nullable<ClientRow>;
  pending_client_key_id: Nullable<string>;
  pending_client_sealed: Nullable<Buffer>;
  previous_client: Nullable<ClientRow>;
  previous_client_key_id: Nullable<string>;
  previous_client_sealed: Nullable<Buffer>;
  pending: Nullable<CredentialRow>;
  pending_key_id: Nullable<string>;
  pending_sealed: Nullable<Buffer>;
  current: Nullable<CredentialRow>;
  current_key_id: Nullable<string>;
  current_sealed: Nullable<Buffer>;
  previous: Nullable<CredentialRow>;
  previous_key_id: Nullable<string>;
  previous_sealed: Nullable<Buffer>;
  attempt: Nullable<{
    id: string;
    kind: WorkAttempt['kind'];
    status: WorkAttempt['status'];
    finished_at: Nullable<string>;
    fence: number;
    url: string;
    metadata: ClientMetadata;
    outcome: Nullable<Record<string, unknown>>;
    marker: string;
    marker_member: Nullable<string>;
    metadata_digest: string;
    initial_access_token_id: Nullable<string>;
    software_statement_id: Nullable<string>;
  }>;
  answer_key_id: Nullable<string>;
  answer: Nullable<Buffer>;
  token: Nullable<{
    id: string;
    kind: WorkInitialAccessToken['kind'];
    pinned_origin: string;
    client_credentials: Nullable<TokenClient>;
    tenant_id: Nullable<string>;
  }>;
  token_usable: Nullable<number>;
  token_key_id: Nullable<string>;
  token_sealed: Nullable<Buffer>;
  statement: Nullable<{
    id: string;
    origin: WorkSoftwareStatement['origin'];
    claims: JsonObject;
    pinned_origin: string;
    tenant_id: Nullable<string>;
  }>;
  statement_key_id: Nullable<string>;
  statement_sealed: Nullable<Buffer>;
  last_version: number;
}

/** Turns a row into the work that a strategy sees; the actor of the audit trail is whoever asked for the operation. */
export function workFrom(row: WorkRow, scope: UnitOfWork): Work {
  const { operation, registration, application, revision } = row;
  return {
    itemId: row.item_id,
    fence: Number(row.fence),
    taken: false,
    stopped: isStopped(row),
    scope: { workspaceId: scope.workspaceId, actor: operation.requested_by, requestId: operation.request_id },
    tenant: { id: row.tenant.id, name: row.tenant.name },
    operation: {
      id: operation.id,
      kind: operation.kind,
      status: operation.status,
      steps: operation.steps,
      input: operation.input,
      tries: operation.tries,
    },
    registration: {
      id: registration.id,
      connectionId: registration.connection_id,
      applicationId: registration.application_id,
      environment: registration.environment,
      strategy: registration.strategy ?? 'dynamic',
      status: registration.status,
      clientMetadata: registration.client_metadata,
      revision: registration.revision,
      drift: registration.drift,
      ...present('manageable', registration.manageable),
      ...present('action', registration.action),
      ...present('problem', registration.problem),
    },
    application: {
      name: application.name,
      kind: application.kind,
      metadata: revision.client_metadata,
      requiredScopes: revision.required_scopes,
      optionalScopes: revision.optional_scopes,
      ...present('launchUrl', revision.launch_url),
      ...present('ehrOverride', row.override),
    },
    upstream: upstream(row),
    lastVersion: row.last_version,
    ...present('client', row.client && workClient(row.client, row.client_key_id, row.client_sealed)),
    ...present('pendingClient', row.pending_client && workClient(row.pending_client, row.pending_client_key_id, row.pending_client_sealed)),
    ...present(
      'previousClient',
      row.previous_client && workClient(row.previous_client, row.previous_client_key_id, row.previous_client_sealed),
    ),
    ...present('pending', row.pending && credential(row.pending, row.pending_key_id, row.pending_sealed)),
    ...present('current', row.current && credential(row.current, row.current_key_id, row.current_sealed)),
    ...present('previous', row.previous && credential(row.previous, row.previous_key_id, row.previous_sealed)),
    ...present('attempt', row.attempt && attempt(row)),
    ...present('initialAccessToken', token(row)),
    ...present('softwareStatement', registration.strategy === 'portal' ? null : statement(row)),
  };
}

/** What goes away is not stopped: neither a suspension nor an off-boarding keeps a client alive. */
function isStopped({ operation, registration, tenant, ehr, application }: WorkRow): boolean {
  if (operation.kind === 'deregister') return false;
  const paused = registration.status === 'suspended' || registration.status === 'deregistering';
  return paused || tenant.stopped || ehr.suspended_at !== null || application.suspended_at !== null;
}

function upstream(row: WorkRow): WorkUpstream {
  const { ehr, server } = row;
  return {
    ehrId: ehr.id,
    ehrStatus: ehr.status,
    vendor: ehr.vendor,
    clientScope: ehr.client_scope,
    authorizationServerId: server?.id ?? '',
    endpoints: server?.endpoints ?? {},
    capabilities: server?.capabilities ?? { dynamicRegistration: false },
    quirks: quirksFor(server?.vendor ?? ehr.vendor, server?.learned_quirks, server?.declared_quirks),
    registrationOriginApproved: approved(server),
    ...present('openid', row.openid),
    ...present('transportVersion', ehr.transport_version),
    ...present('fhirBaseUrl', ehr.fhir_base_url),
    ...present('issuer', server?.issuer),
    ...present('proofControl', server?.proof_control),
  };
}

/** Whether registration secrets may go to the endpoint's origin: a person entered or approved it. */
function approved(server: WorkRow['server']): boolean {
  const endpoint = server?.endpoints.registration;
  return endpoint !== undefined && server?.approved_origins.includes(new URL(endpoint).origin) === true;
}

function credential(row: CredentialRow, keyId: string | null, bytes: Buffer | null): WorkCredential {
  return {
    id: row.id,
    kind: row.kind,
    version: row.version,
    stage: row.stage,
    ...present('clientId', row.client_id),
    ...present('keySetId', row.key_set_id),
    ...present('alg', row.alg),
    ...present('kid', row.kid),
    ...present('publicJwk', row.public_jwk),
    ...present('expiresAt', row.expires_at === null ? null : new Date(row.expires_at)),
    ...present('sealed', sealed(keyId, bytes)),
  };
}

function attempt(row: WorkRow): WorkAttempt | null {
  const found = row.attempt;
  if (!found) return null;
  return {
    id: found.id,
    kind: found.kind,
    status: found.status,
    finished: found.finished_at !== null,
    fence: found.fence,
    url: found.url,
    metadata: found.metadata,
    marker: found.marker,
    metadataDigest: found.metadata_digest,
    ...present('markerMember', found.marker_member),
    ...present('outcome', found.outcome),
    ...present('initialAccessTokenId', found.initial_access_token_id),
    ...present('softwareStatementId', found.software_statement_id),
    ...present('answer', sealed(row.answer_key_id, row.answer)),
  };
}

function statement(row: WorkRow): WorkSoftwareStatement | null {
  const value = sealed(row.statement_key_id, row.statement_sealed);
  if (!row.statement || !value) return null;
  const { id, origin, claims, pinned_origin: pinnedOrigin, tenant_id: tenantId } = row.statement;
  return { id, origin, claims, pinnedOrigin, sealed: value, ...present('tenantId', tenantId) };
}

function token(row: WorkRow): WorkInitialAccessToken | null {
  const value = sealed(row.token_key_id, row.token_sealed);
  if (!row.token || !value) return null;
  const credentials = row.token.client_credentials;
  return {
    id: row.token.id,
    kind: row.token.kind,
    pinnedOrigin: row.token.pinned_origin,
    usable: row.token_usable ?? 1,
    sealed: value,
    ...present('tenantId', row.token.tenant_id),
    ...present('clientCredentials', credentials),
  };
}
