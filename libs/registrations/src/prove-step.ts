import { judgeProbe, probeAuthentication, requestToken, type TokenOutcome } from '@registrar/dcr';
import { changeOf } from './change-of.js';
import { audienceOf, authenticationOf, wrongAuthentication } from './client-authentication.js';
import { present } from './present.js';
import { provenChange, unprovenChange, type Verdict } from './proof.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { TOKEN_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import type { Work, WorkClient, WorkCredential } from './work.js';

// The server's log shows who asked with a code that was never issued.
const USER_AGENT = 'Registrar/1 (credential check)';
const STOP: StepResult = { kind: 'stop' };

/**
 * Proves the newest credential by the strongest means that its grants allow (H-50): a client_credentials token; else a
 * made-up code at the token endpoint, where `invalid_grant` counts only because a wrong credential gets `invalid_client`.
 */
export async function takeProveStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const credential = work.pending ?? work.current;
  const { client } = work;
  if (!client || !credential || work.upstream.endpoints.token === undefined) {
    await context.commit(changeOf(work, { event: 'verify', operation: 'failed', next: 'done' }));
    return STOP;
  }
  const verdict = await examine(work, client, credential, access);
  const change = verdict.kind === 'proven' ? provenChange(work, step, credential, verdict, access) : unprovenChange(work, verdict, access);
  await context.commit(change);
  return STOP;
}

async function examine(work: Work, client: WorkClient, credential: WorkCredential, access: UpstreamAccess): Promise<Verdict> {
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const audience = audienceOf(work);
  const base = {
    endpoint: work.upstream.endpoints.token ?? '',
    deadlineMs: TOKEN_DEADLINE_MS,
    partition: `${owner.workspaceId}:${owner.tenantId}`,
  };
  const authentication = await authenticationOf(owner, client, credential, audience, access);
  if (mayAskForTokens(client)) {
    const outcome = await requestToken(access.outbound, access.clock, { ...base, authentication, ...present('scope', scopeOf(client)) });
    return outcome.kind === 'granted' ? { kind: 'proven', proof: 'token' } : failed(outcome);
  }
  const probe = { ...base, userAgent: USER_AGENT, ...present('redirectUri', redirectUriOf(client)) };
  const answer = await probeAuthentication(access.outbound, access.clock, { ...probe, authentication });
  const known = work.upstream.proofControl;
  const control: TokenOutcome =
    known === 'invalid_client'
      ? { kind: 'refused', error: 'invalid_client', status: 401 }
      : await probeAuthentication(access.outbound, access.clock, {
          ...probe,
          authentication: await wrongAuthentication(client, credential, audience, access),
        });
  const learnt = control.kind === 'refused' && known === undefined ? { proofControl: control.error } : {};
  const judged = judgeProbe(answer, control);
  if (judged === 'client_authentication' || judged === 'inconclusive') return { kind: 'proven', proof: judged, ...learnt };
  return answer.kind === 'granted' ? { kind: 'proven', proof: 'inconclusive', ...learnt } : failed(answer);
}

function failed(outcome: Exclude<TokenOutcome, { kind: 'granted' }>): Verdict {
  if (outcome.kind === 'unavailable') return { kind: 'unavailable', code: outcome.code, ...present('retryAfterMs', outcome.retryAfterMs) };
  return { kind: 'refused', error: outcome.error, status: outcome.status, ...present('description', outcome.description) };
}

/** Whether the grants that the server gave allow the client to ask for a token by itself. */
export function mayAskForTokens(client: Pick<WorkClient, 'grantedMetadata' | 'requestedMetadata'>): boolean {
  const grants = client.grantedMetadata['grant_types'] ?? client.requestedMetadata['grant_types'];
  return Array.isArray(grants) && grants.includes('client_credentials');
}

/** The scope that was granted, or else asked for; a backend token request needs one (F-05). */
export function scopeOf(client: Pick<WorkClient, 'grantedMetadata' | 'requestedMetadata'>): string | undefined {
  const scope = client.grantedMetadata['scope'] ?? client.requestedMetadata['scope'];
  return typeof scope === 'string' && scope !== '' ? scope : undefined;
}

function redirectUriOf(client: WorkClient): string | undefined {
  const uris = client.grantedMetadata['redirect_uris'] ?? client.requestedMetadata['redirect_uris'];
  const first: unknown = Array.isArray(uris) ? uris[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}
