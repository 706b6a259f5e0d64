import {
  judgeProbe,
  probeAuthentication,
  requestToken,
  skewToSignWith,
  wrongCredential,
  type ClientAuthentication,
  type TokenOutcome,
} from '@registrar/dcr';
import { audienceOf, authenticationOf } from './client-authentication.js';
import { mayAskForTokens, redirectUriOf, scopeOf } from './granted-client.js';
import { present } from './present.js';
import type { Verdict } from './proof.js';
import { TOKEN_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import type { Work, ClientIdentity, WorkCredential } from './work.js';

// The server's log shows who asked with a code that was never issued.
const USER_AGENT = 'Registrar/1 (credential check)';
const REFUSED_CONTROL: TokenOutcome = { kind: 'refused', error: 'invalid_client', status: 401 };

/**
 * Looks whether the server accepts the credential, by the strongest means that the client's grants allow (H-50): a
 * client_credentials token; else a made-up code at the token endpoint, where `invalid_grant` counts only because a wrong
 * credential gets `invalid_client` at this server.
 */
export async function examineCredential(
  work: Work,
  client: ClientIdentity,
  credential: WorkCredential,
  access: UpstreamAccess,
): Promise<Verdict> {
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const base = {
    endpoint: work.upstream.endpoints.token ?? '',
    deadlineMs: TOKEN_DEADLINE_MS,
    partition: `${owner.workspaceId}:${owner.tenantId}`,
  };
  const sign = (skewMs = 0) => authenticationOf(owner, client, credential, audienceOf(work), access, skewMs);
  if (mayAskForTokens(client)) {
    const ask = (authentication: ClientAuthentication) =>
      requestToken(access.outbound, access.clock, { ...base, authentication, ...present('scope', scopeOf(client)) });
    const outcome = await onceMore(await ask(await sign()), async (skewMs) => ask(await sign(skewMs)));
    return outcome.kind === 'granted' ? { kind: 'proven', proof: 'token', ...present('scope', outcome.scope) } : failed(outcome);
  }
  const probe = (authentication: ClientAuthentication) =>
    probeAuthentication(access.outbound, access.clock, {
      ...base,
      authentication,
      userAgent: USER_AGENT,
      ...present('redirectUri', redirectUriOf(client)),
    });
  const right = await sign();
  const answer = await onceMore(await probe(right), async (skewMs) => probe(await sign(skewMs)));
  return judge(answer, work.upstream.proofControl, async () => {
    const assertion = { audience: audienceOf(work), alg: credential.alg ?? 'ES384', kid: credential.kid ?? '', now: access.clock.now() };
    return probe(await wrongCredential(right, assertion));
  });
}

async function judge(answer: TokenOutcome, known: string | undefined, control: () => Promise<TokenOutcome>): Promise<Verdict> {
  const controlled = known === 'invalid_client' ? REFUSED_CONTROL : await control();
  const learnt = controlled.kind === 'refused' && known === undefined ? { proofControl: controlled.error } : {};
  const judged = judgeProbe(answer, controlled);
  if (judged === 'client_authentication' || judged === 'inconclusive') return { kind: 'proven', proof: judged, ...learnt };
  if (answer.kind === 'granted') return { kind: 'proven', proof: 'inconclusive', ...learnt };
  return judged === 'unavailable' && answer.kind === 'refused' ? { kind: 'unavailable', code: 'control_unanswered' } : failed(answer);
}

/** Asks once more where that is what helps: the server's clock is off, or an idle connection was closed under us. */
async function onceMore(outcome: TokenOutcome, again: (skewMs: number) => Promise<TokenOutcome>): Promise<TokenOutcome> {
  const skewMs = skewToSignWith(outcome);
  if (skewMs !== undefined) return again(skewMs);
  return outcome.kind === 'unavailable' && outcome.code === 'connection_lost' ? again(0) : outcome;
}

function failed(outcome: Exclude<TokenOutcome, { kind: 'granted' }>): Verdict {
  if (outcome.kind === 'unavailable') return { kind: 'unavailable', code: outcome.code, ...present('retryAfterMs', outcome.retryAfterMs) };
  return { kind: 'refused', error: outcome.error, status: outcome.status, ...present('description', outcome.description) };
}
