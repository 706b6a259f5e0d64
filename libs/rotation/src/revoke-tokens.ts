import type { Database } from '@registrar/database';
import { revokeToken, type ClientAuthentication } from '@registrar/dcr';
import { authenticationOf, audienceOf, type UpstreamAccess, type Work } from '@registrar/registrations';

interface CachedToken {
  readonly digest: string;
  readonly sealed: Buffer;
}

const DEADLINE_MS = 10_000;

/** Revokes the access tokens that were fetched with the old credential. What the server does not take is let be: they end by themselves. */
export async function revokeCachedTokens(work: Work, access: UpstreamAccess, database: Database): Promise<void> {
  const { previous, previousClient, upstream } = work;
  const { revocation } = upstream.endpoints;
  if (!previous || !previousClient || revocation === undefined) return;
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const cached = await database.transaction(work.scope, (tx) =>
    tx.query<CachedToken>(
      'SELECT digest, sealed FROM access_tokens WHERE registration_id = $1 AND credential_id = $2 AND sealed IS NOT NULL',
      [work.registration.id, previous.id],
    ),
  );
  for (const { digest, sealed } of cached) {
    const token = await access.vault.open(owner, { subjectId: work.registration.id, kind: `access_token:${digest}`, version: 1 }, sealed);
    const authentication: ClientAuthentication = await authenticationOf(owner, previousClient, previous, audienceOf(work), access);
    await revokeToken(access.outbound, access.clock, {
      endpoint: revocation,
      authentication,
      token,
      hint: 'access_token',
      deadlineMs: DEADLINE_MS,
      partition: `${owner.workspaceId}:${owner.tenantId}`,
    });
  }
}
