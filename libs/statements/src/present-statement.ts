import type { JsonObject } from '@registrar/dcr';
import type { SoftwareStatementRow } from './software-statement.entity.js';
import type { StoredStatement } from './stored-statement.js';

/** A row as the outside sees it at that moment. */
export function presentStatement(row: SoftwareStatementRow, now: Date): StoredStatement {
  const over = row.status === 'available' && row.expiresAt !== null && row.expiresAt <= now;
  return {
    id: row.id,
    ehrId: row.ehrId,
    authorizationServerId: row.authorizationServerId,
    environment: row.environment,
    applicationId: row.applicationId,
    origin: row.origin,
    iss: row.iss,
    alg: row.alg,
    signature: row.signature,
    claims: row.claims as JsonObject,
    pinnedOrigin: row.pinnedOrigin,
    status: over ? 'expired' : row.status,
    failures: row.failures,
    createdAt: row.createdAt,
    ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
    ...(row.jti === null ? {} : { jti: row.jti }),
    ...(row.softwareId === null ? {} : { softwareId: row.softwareId }),
    ...(row.expiresAt ? { expiresAt: row.expiresAt } : {}),
  };
}
