import { createHash } from 'node:crypto';
import type { SimulatedClient } from './client.js';
import type { Grant } from './grants.js';
import { signIdToken } from './id-token.js';
import type { Premises } from './premises.js';
import { Refusal } from './refusal.js';
import { asV1, covers, words } from './scope.js';

const REFRESH_LIFE_MS = 90 * 86_400_000;

/** RFC 6749 sections 4.1.3, 4.4.2 and 6, for a client that has proven itself. @throws Refusal 400 */
export async function answerTokenRequest(
  premises: Premises,
  client: SimulatedClient,
  form: URLSearchParams,
): Promise<Record<string, unknown>> {
  if (!client.history.active) throw new Refusal(400, 'unauthorized_client', 'The practice has not activated this client yet.');
  const type = form.get('grant_type') ?? '';
  if (!['client_credentials', 'authorization_code', 'refresh_token'].includes(type))
    throw new Refusal(400, 'unsupported_grant_type', 'This server does not know that grant.');
  if (!client.list('grant_types').includes(type)) throw new Refusal(400, 'unauthorized_client', `The client has no grant ${type}.`);
  if (type === 'client_credentials') return bearer(premises, backendGrant(premises, client, form));
  if (type === 'refresh_token') return bearer(premises, refreshed(premises, client, form));
  return launched(premises, client, form);
}

function backendGrant(premises: Premises, client: SimulatedClient, form: URLSearchParams): Grant {
  return { clientId: client.id, scope: grantedScope(premises, client, form.get('scope')), expiresAt: null, user: undefined };
}

function refreshed(premises: Premises, client: SimulatedClient, form: URLSearchParams): Grant {
  const grant = premises.grants.findRefresh(form.get('refresh_token') ?? '', premises.now());
  if (grant?.clientId !== client.id) throw new Refusal(400, 'invalid_grant', 'The refresh token is unknown, over, or another client’s.');
  return grant;
}

async function launched(premises: Premises, client: SimulatedClient, form: URLSearchParams): Promise<Record<string, unknown>> {
  const grant = premises.grants.takeCode(form.get('code') ?? '', premises.now());
  if (grant?.clientId !== client.id) throw new Refusal(400, 'invalid_grant', 'The code is unknown, used, over, or another client’s.');
  if (grant.redirectUri !== form.get('redirect_uri')) throw new Refusal(400, 'invalid_grant', 'redirect_uri is not that of the code.');
  const hashed = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (hashed !== grant.challenge) throw new Refusal(400, 'invalid_grant', 'code_verifier is not that of the code.');
  const refreshes = client.list('grant_types').includes('refresh_token');
  const kept = { ...grant, expiresAt: premises.now() + REFRESH_LIFE_MS };
  return {
    ...bearer(premises, grant),
    ...(refreshes ? { refresh_token: premises.grants.giveRefresh(kept) } : {}),
    ...(words(grant.scope).includes('openid') ? { id_token: await signIdToken(premises, grant) } : {}),
  };
}

function bearer(premises: Premises, { clientId, scope, user }: Grant): Record<string, unknown> {
  const { accessTokenLifeMs } = premises.behaviour;
  const expiresAt = premises.now() + accessTokenLifeMs;
  const token = premises.grants.giveAccess({ clientId, scope, expiresAt, user });
  return { access_token: token, token_type: 'Bearer', expires_in: Math.floor(accessTokenLifeMs / 1000), scope };
}

/**
 * What the client is registered for, as far as it asks for it. @throws Refusal 400 `invalid_scope` at a strict server, or where nothing
 * is left
 */
export function grantedScope(premises: Premises, client: SimulatedClient, asked: string | null): string {
  const { scopes, scopeSyntax } = premises.behaviour;
  const held = words(client.metadata.scope);
  const wanted = asked === null || asked === '' ? held : words(asked);
  // A client that registered without a scope may have any.
  const given = held.length === 0 ? wanted : wanted.filter((scope) => covers(held, scope));
  if (given.length < wanted.length && (scopes === 'strict' || given.length === 0))
    throw new Refusal(400, 'invalid_scope', 'The client is not registered for that scope.');
  return given.map((scope) => (scopeSyntax === 'v1' ? asV1(scope) : scope)).join(' ');
}
