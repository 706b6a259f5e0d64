import type { AuthorizationServerRow } from './authorization-server.entity.js';
import { presentServer } from './authorization-server.js';
import type { EhrRow } from './ehr.entity.js';
import type { Ehr } from './ehr.js';
import { movedFrom } from './pinned-server.js';
import { registrationOrigin } from './upstream.js';

/** Reads an EHR's row together with its server's. */
export function presentEhr(row: EhrRow, serverRow: AuthorizationServerRow | undefined): Ehr {
  const server = serverRow && presentServer(serverRow);
  const { origin, approved } = registrationOrigin(server);
  return {
    id: row.id,
    name: row.name,
    environment: row.environment,
    vendor: row.vendor,
    ...(row.fhirBaseUrl === null ? {} : { fhirBaseUrl: row.fhirBaseUrl }),
    ...(row.issuer === null ? {} : { issuer: row.issuer }),
    ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
    registrationMode: row.registrationMode,
    clientScope: row.clientScope,
    limits: row.limits,
    status: row.status,
    ...(row.discovery ? { discovery: row.discovery } : {}),
    ...(row.discoveredAt ? { discoveredAt: row.discoveredAt } : {}),
    ...(server ? { server } : {}),
    movedEndpoints: serverRow && row.discovery && row.status === 'quarantined' ? movedFrom(serverRow, row.discovery) : [],
    ...(origin === undefined || approved ? {} : { unapprovedOrigin: origin }),
    ...(row.suspendedAt ? { suspendedAt: row.suspendedAt } : {}),
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
