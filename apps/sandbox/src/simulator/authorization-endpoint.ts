import type { Premises } from './premises.js';
import { Refusal } from './refusal.js';
import { grantedScope } from './token-endpoint.js';

const CODE_LIFE_MS = 60_000;
/** Who is signed in, without a page: the simulator has one person. */
const USER = 'dr-test';

/**
 * RFC 6749 section 4.1.1 with PKCE S256 (RFC 7636): signs the test user in at once and answers where the browser goes.
 * @throws Refusal 400 where there is no address that an answer may go to (section 4.1.2.1)
 */
export function authorize(premises: Premises, query: URLSearchParams): string {
  const client = premises.clients.find(query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client) throw new Refusal(400, 'invalid_request', 'The client is unknown.');
  if (!client.list('redirect_uris').includes(redirectUri)) throw new Refusal(400, 'invalid_request', 'redirect_uri is not registered.');
  const back = new URL(redirectUri);
  const state = query.get('state');
  if (state !== null) back.searchParams.set('state', state);
  back.searchParams.set('iss', premises.site.issuer);
  try {
    if (query.get('response_type') !== 'code') throw new Refusal(400, 'unsupported_response_type', 'Only codes are given.');
    if (!client.list('grant_types').includes('authorization_code'))
      throw new Refusal(400, 'unauthorized_client', 'The client has no grant authorization_code.');
    const challenge = query.get('code_challenge');
    if (challenge === null || query.get('code_challenge_method') !== 'S256')
      throw new Refusal(400, 'invalid_request', 'PKCE with S256 is required.');
    const code = premises.grants.giveCode({
      clientId: client.id,
      scope: grantedScope(premises, client, query.get('scope')),
      expiresAt: premises.now() + CODE_LIFE_MS,
      user: USER,
      redirectUri,
      challenge,
      nonce: query.get('nonce') ?? undefined,
    });
    back.searchParams.set('code', code);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    back.searchParams.set('error', error.code);
    back.searchParams.set('error_description', error.description);
  }
  return back.href;
}
