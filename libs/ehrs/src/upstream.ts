import type { Environment, Transaction } from '@registrar/database';
import { presentServer, type AuthorizationServer } from './authorization-server.js';
import type { ClientScope, EhrStatus, RegistrationMode } from './ehr.js';
import { upstreamRows, type UpstreamRow } from './upstream.repository.js';

/** Everything that working at one EHR needs. */
export interface Upstream {
  readonly ehrId: string;
  readonly name: string;
  readonly environment: Environment;
  readonly vendor: string;
  readonly fhirBaseUrl?: string;
  /** Its only hospital; absent: shared. */
  readonly tenantId?: string;
  readonly registrationMode: RegistrationMode;
  readonly clientScope: ClientScope;
  readonly status: EhrStatus;
  readonly suspended: boolean;
  /** Version of what was approved to reach it by, beside the rules for all. */
  readonly transportVersion?: number;
  /** Whether an OpenID configuration was found; absent: nothing was ever discovered. */
  readonly openid?: boolean;
  /** Absent until a discovery has found something. */
  readonly server?: AuthorizationServer;
  /** The origin of the pinned registration endpoint, whether secrets may go there or not. */
  readonly registrationOrigin?: string;
  /** Whether initial access tokens and software statements may be sent to the registration endpoint. */
  readonly registrationOriginApproved: boolean;
}

/** Loads what many EHRs need by one statement. Unknown ids (and other workspaces') are not in the answer. */
export async function upstreamsFor(tx: Transaction, ehrIds: readonly string[]): Promise<ReadonlyMap<string, Upstream>> {
  const rows = ehrIds.length === 0 ? [] : await upstreamRows(tx, ehrIds);
  return new Map(rows.map((row) => [row.ehr_id, present(row)]));
}

/** The origin that registration secrets of this server go to, and whether a person has entered or approved it. */
export function registrationOrigin(server: AuthorizationServer | undefined): { origin?: string; approved: boolean } {
  const endpoint = server?.endpoints.registration;
  if (server === undefined || endpoint === undefined) return { approved: false };
  const { origin } = new URL(endpoint);
  return { origin, approved: server.approvedOrigins.includes(origin) };
}

function present(row: UpstreamRow): Upstream {
  const server = row.server === null ? undefined : presentServer(row.server);
  const { origin, approved } = registrationOrigin(server);
  return {
    ehrId: row.ehr_id,
    name: row.name,
    environment: row.environment,
    vendor: row.vendor,
    ...(row.fhir_base_url === null ? {} : { fhirBaseUrl: row.fhir_base_url }),
    ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
    registrationMode: row.registration_mode,
    clientScope: row.client_scope,
    status: row.status,
    suspended: row.suspended,
    ...(row.transport_version === null ? {} : { transportVersion: row.transport_version }),
    ...(row.openid === null ? {} : { openid: row.openid }),
    ...(server ? { server } : {}),
    ...(origin === undefined ? {} : { registrationOrigin: origin }),
    registrationOriginApproved: approved,
  };
}
