import type { Database } from '@registrar/database';
import { revokeToken, type ClientAuthentication } from '@registrar/dcr';
import {
  audienceOf,
  authenticationOf,
  ownerOf,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
} from '@registrar/registrations';
import { stepDone } from './step-done.js';

interface CachedToken {
  readonly digest: string;
  readonly sealed: Buffer;
}

const DEADLINE_MS = 10_000;

/**
 * Ends what the old credential was given (RFC 7009), as far as it is known here: that a deletion ends tokens is only "if
 * possible", and that of a stolen key ends none (H-01).
 */
export async function takeRevokeTokens(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  await revokeCachedTokens(work, access, database);
  return stepDone(work, step, context, access.clock);
}

/** What the server does not take is let be: tokens end by themselves. */
async function revokeCachedTokens(work: Work, access: UpstreamAccess, database: Database): Promise<void> {
  const { previous, client, current, upstream } = work;
  const { revocation } = upstream.endpoints;
  // Of the same client the new credential speaks: the old one may be refused already.
  const by = previous && ownerOf(work, previous);
  const credential = by?.id === client?.id ? current : previous;
  if (!previous || !by || !credential || revocation === undefined) return;
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const cached = await database.transaction(work.scope, (tx) =>
    tx.query<CachedToken>(
      'SELECT digest, sealed FROM access_tokens WHERE registration_id = $1 AND credential_id = $2 AND sealed IS NOT NULL',
      [work.registration.id, previous.id],
    ),
  );
  for (const { digest, sealed } of cached) {
    const token = await access.vault.open(owner, { subjectId: work.registration.id, kind: `access_token:${digest}`, version: 1 }, sealed);
    const authentication: ClientAuthentication = await authenticationOf(owner, by, credential, audienceOf(work), access);
    const outcome = await revokeToken(access.outbound, access.clock, {
      endpoint: revocation,
      authentication,
      token,
      hint: 'access_token',
      deadlineMs: DEADLINE_MS,
      partition: `${owner.workspaceId}:${owner.tenantId}`,
    });
    if (outcome.kind === 'unsupported') return;
  }
}
