import { requestToken } from '@registrar/dcr';
import type { ProblemDocument } from '@registrar/problem';
import { problemDocument } from '@registrar/problem';
import type { Secret } from '@registrar/secret';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { TOKEN_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

export type TokenForRegistration =
  | { readonly kind: 'none' }
  | { readonly kind: 'ready'; readonly id: string; readonly value: Secret }
  | { readonly kind: 'refused'; readonly problem: ProblemDocument }
  | { readonly kind: 'unavailable'; readonly retryAfterMs?: number };

/**
 * The initial access token to register with: a stored one, or one fetched just in time by client_credentials with
 * only the registration scope (I-03). It never goes to another origin than the one that it was given for.
 */
export async function tokenForRegistration(work: Work, endpoint: string, access: UpstreamAccess): Promise<TokenForRegistration> {
  const token = work.initialAccessToken;
  if (!token) return { kind: 'none' };
  if (new URL(endpoint).origin !== token.pinnedOrigin || !work.upstream.registrationOriginApproved)
    return { kind: 'refused', problem: problemDocument(registrationProblem('registrations.token_origin')) };
  const owner = { workspaceId: work.scope.workspaceId, ...present('tenantId', token.tenantId) };
  const value = await access.vault.open(owner, { subjectId: token.id, kind: 'initial_access_token', version: 1 }, token.sealed.bytes);
  if (token.kind === 'static' || !token.clientCredentials) return { kind: 'ready', id: token.id, value };
  const { clientId, scope } = token.clientCredentials;
  const outcome = await requestToken(access.outbound, access.clock, {
    endpoint: work.upstream.endpoints.token ?? '',
    authentication: { method: 'client_secret_basic', clientId, secret: value },
    deadlineMs: TOKEN_DEADLINE_MS,
    partition: work.scope.workspaceId,
    ...present('scope', scope),
  });
  if (outcome.kind === 'granted') return { kind: 'ready', id: token.id, value: outcome.accessToken };
  if (outcome.kind === 'unavailable') return { kind: 'unavailable', ...present('retryAfterMs', outcome.retryAfterMs) };
  return {
    kind: 'refused',
    problem: problemDocument(
      registrationProblem('registrations.initial_access_token_refused', { upstream: { error: outcome.error, status: outcome.status } }),
    ),
  };
}
