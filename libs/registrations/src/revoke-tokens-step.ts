import { revokeToken, type RevocationOutcome } from '@registrar/dcr';
import { authenticationOf, audienceOf } from './client-authentication.js';
import type { HeldToken, LeavingReads } from './leaving.repository.js';
import { laterDeletion } from './settle-deletion.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { TOKEN_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };
/** A token that cannot be revoked does not hold up the deletion of its client for ever: that ends it too, if possible. */
const MOST_TRIES = 3;

/**
 * Revokes the access tokens that are held for the client before it is deleted (RFC 7009, A-83): that a deletion ends them is
 * only "if possible". A server that revokes nothing, or does not know a token, is gone on from.
 */
export async function takeRevokeStep(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  reads: LeavingReads,
): Promise<StepResult> {
  const unavailable = await revokeAll(work, await reads.tokens(work, access.clock.now()), access);
  const later = unavailable && work.operation.tries < MOST_TRIES ? laterDeletion(work, 'revocation_unavailable', access) : undefined;
  if (later) {
    await context.commit(later.change);
    return STOP;
  }
  const steps = markStep(work.operation.steps, step.name, 'done', access.clock.now());
  return { kind: 'next', work: { ...work, operation: { ...work.operation, steps, tries: 0 } } };
}

/** @returns whether any of them has to be asked for again. */
async function revokeAll(work: Work, tokens: readonly HeldToken[], access: UpstreamAccess): Promise<boolean> {
  const { client, current } = work;
  const endpoint = work.upstream.endpoints.revocation;
  if (tokens.length === 0 || endpoint === undefined || !client || !current || work.upstream.ehrStatus === 'quarantined') return false;
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  let unavailable = false;
  for (const { digest, sealed } of tokens) {
    const subject = { subjectId: work.registration.id, kind: `access_token:${digest}`, version: 1 };
    const outcome: RevocationOutcome = await revokeToken(access.outbound, access.clock, {
      endpoint,
      token: await access.vault.open(owner, subject, sealed),
      hint: 'access_token',
      authentication: await authenticationOf(owner, client, current, audienceOf(work), access),
      deadlineMs: TOKEN_DEADLINE_MS,
      partition: `${owner.workspaceId}:${owner.tenantId}`,
    });
    if (outcome.kind === 'unsupported') return false;
    if (outcome.kind === 'unavailable') unavailable = true;
  }
  return unavailable;
}
