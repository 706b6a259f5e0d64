import { assertEnvironment } from '@registrar/access';
import { applicationLayers, type ApplicationLayers } from '@registrar/applications';
import type { Transaction } from '@registrar/database';
import { ehrProblem, upstreamsFor, type AuthorizationServer, type Upstream } from '@registrar/ehrs';
import { statementProblem } from './statements.problems.js';
import { statementRows } from './statements.repository.js';

/** Where a statement is to be used, and for what. */
export interface StatementTarget {
  readonly upstream: Upstream & { readonly server: AuthorizationServer };
  readonly origin: string;
  readonly applicationId: string;
  readonly layers: ApplicationLayers;
}

/** @throws Problem ehrs.not_found | access.environment_mismatch */
export async function upstreamAt(tx: Transaction, ehrId: string): Promise<Upstream> {
  const upstream = (await upstreamsFor(tx, [ehrId])).get(ehrId);
  if (!upstream) throw ehrProblem('ehrs.not_found');
  assertEnvironment(tx.scope, upstream.environment);
  return upstream;
}

/**
 * Checks where a statement may be used. Like an initial access token it goes to an origin that a person entered or
 * confirmed, for one hospital or for all (A-63, K-68).
 * @throws Problem ehrs.* | software_statements.no_registration_endpoint | .origin_unconfirmed | .application_unknown
 */
export async function targetOf(
  tx: Transaction,
  ehrId: string,
  wanted: { readonly applicationId?: string | undefined; readonly softwareId?: string | undefined; readonly tenantId?: string | undefined },
): Promise<StatementTarget> {
  const upstream = await upstreamAt(tx, ehrId);
  const { server, registrationOrigin: origin } = upstream;
  const { tenantId } = wanted;
  if (tenantId === undefined && tx.scope.tenantIds !== undefined) throw ehrProblem('ehrs.bound_key');
  if (tenantId !== undefined && (await tx.query('SELECT 1 FROM tenants WHERE id = $1', [tenantId])).length === 0)
    throw ehrProblem('ehrs.tenant_not_found');
  if (tenantId !== undefined && upstream.tenantId !== undefined && upstream.tenantId !== tenantId)
    throw ehrProblem('ehrs.another_hospital');
  if (!server || origin === undefined) throw statementProblem('software_statements.no_registration_endpoint');
  if (!upstream.registrationOriginApproved || upstream.status === 'quarantined')
    throw statementProblem('software_statements.origin_unconfirmed', { extra: { origin } });
  const applicationId = wanted.applicationId ?? (wanted.softwareId && (await statementRows.applicationOf(tx, wanted.softwareId)));
  const [layers] = applicationId ? await applicationLayers(tx, [{ applicationId, ehrId }]) : [];
  if (!applicationId || !layers) throw statementProblem('software_statements.application_unknown');
  return { upstream: { ...upstream, server }, origin, applicationId, layers };
}
