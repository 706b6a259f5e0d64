import type { Environment, Transaction } from '@registrar/database';
import type { JsonObject } from '@registrar/dcr';
import type { StatementOrigin } from './stored-statement.js';

/** The statement that would be sent for one pair. */
export interface ChosenStatement {
  readonly id: string;
  readonly origin: StatementOrigin;
  readonly claims: JsonObject;
  readonly pinnedOrigin: string;
  readonly tenantId?: string;
  readonly expiresAt?: Date;
}

/** One hospital's application at one server. */
export interface StatementWanted {
  readonly authorizationServerId: string;
  readonly environment: Environment;
  readonly applicationId: string;
  readonly tenantId: string;
}

/** Which statements may be sent: the hospital's own before one for all, then the one that lasts longest. `x`, and $-parameters, by the caller. */
export const STATEMENT_ORDER = 'x.tenant_id NULLS LAST, x.expires_at DESC NULLS FIRST, x.id DESC';

/** Chooses for many pairs by one statement; in the order of `wanted`, undefined where there is none. Never across environments or hospitals (K-68). */
export async function statementsFor(
  tx: Transaction,
  wanted: readonly StatementWanted[],
  now: Date,
): Promise<(ChosenStatement | undefined)[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query<
    { place: string } & Omit<ChosenStatement, 'tenantId' | 'expiresAt'> & { tenantId: string | null; expiresAt: Date | null }
  >(
    `SELECT DISTINCT ON (w.place) w.place, x.id, x.origin, x.claims, x.pinned_origin AS "pinnedOrigin", x.tenant_id AS "tenantId", x.expires_at AS "expiresAt"
       FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[]) WITH ORDINALITY AS w (server_id, environment, application_id, tenant_id, place)
       JOIN software_statements x ON x.workspace_id = $1 AND x.authorization_server_id = w.server_id AND x.environment = w.environment
        AND x.application_id = w.application_id AND (x.tenant_id IS NULL OR x.tenant_id = w.tenant_id)
        AND x.status = 'available' AND (x.expires_at IS NULL OR x.expires_at > $6)
      ORDER BY w.place, ${STATEMENT_ORDER}`,
    [
      tx.scope.workspaceId,
      wanted.map((each) => each.authorizationServerId),
      wanted.map((each) => each.environment),
      wanted.map((each) => each.applicationId),
      wanted.map((each) => each.tenantId),
      now,
    ],
  );
  const found = new Map(rows.map((row) => [Number(row.place), row]));
  return wanted.map((_, index) => {
    const row = found.get(index + 1);
    if (!row) return undefined;
    const { id, origin, claims, pinnedOrigin, tenantId, expiresAt } = row;
    return { id, origin, claims, pinnedOrigin, ...(tenantId === null ? {} : { tenantId }), ...(expiresAt ? { expiresAt } : {}) };
  });
}
