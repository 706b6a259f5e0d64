import type { Behaviour } from './behaviour.js';
import type { Wire } from './client.js';
import { Refusal } from './refusal.js';

const GRANTS = ['authorization_code', 'client_credentials', 'refresh_token'];
const list = (metadata: Wire, name: string): string[] => (metadata[name] as string[] | undefined) ?? [];
const bad = (why: string): Refusal => new Refusal(400, 'invalid_client_metadata', why);

const isKeySet = (jwks: unknown): boolean => typeof jwks === 'object' && jwks !== null && 'keys' in jwks && Array.isArray(jwks.keys);

/** @throws Refusal where the server does not offer the method, or an algorithm beside the wrong one */
export function checkMethod({ authMethods, refusesIdleSigningAlg }: Behaviour, metadata: Wire): void {
  const method = metadata.token_endpoint_auth_method;
  if (!authMethods.some((offered) => offered === method)) throw bad('token_endpoint_auth_method is not supported.');
  if (refusesIdleSigningAlg && method !== 'private_key_jwt' && metadata.token_endpoint_auth_signing_alg !== undefined)
    throw bad('token_endpoint_auth_signing_alg is for private_key_jwt.');
}

/** @throws Refusal where grants are not offered, or kinds are mixed that this server keeps apart */
export function checkGrants({ oneGrantKind }: Behaviour, metadata: Wire): void {
  const grants = list(metadata, 'grant_types');
  if (!grants.every((grant) => GRANTS.includes(grant))) throw bad('grant_types has one that is not supported.');
  if (oneGrantKind && grants.includes('authorization_code') && grants.includes('client_credentials'))
    throw bad('Incompatible grant types requested.');
}

/** @throws Refusal `invalid_redirect_uri` */
export function checkRedirects({ refusesIdleRedirectUris, addsGrant }: Behaviour, metadata: Wire): void {
  const uris = list(metadata, 'redirect_uris');
  const launched = list(metadata, 'grant_types').includes('authorization_code');
  if (uris.some((uri) => !URL.canParse(uri) || uri.includes('#')))
    throw new Refusal(400, 'invalid_redirect_uri', 'A redirect URI is absolute and has no fragment.');
  if (launched && addsGrant === 'none' && uris.length === 0)
    throw new Refusal(400, 'invalid_redirect_uri', 'authorization_code needs a redirect URI.');
  if (refusesIdleRedirectUris && !launched && metadata.redirect_uris !== undefined)
    throw new Refusal(400, 'invalid_redirect_uri', 'client_credentials has no use for redirect URIs.');
}

/** @throws Refusal where keys come in a way that the server does not take, in both ways, or not at all */
export function checkKeys({ jwksMode }: Behaviour, metadata: Wire): void {
  const { jwks, jwks_uri: uri } = metadata;
  if (jwks !== undefined && uri !== undefined) throw bad('jwks and jwks_uri exclude each other.');
  if (jwks !== undefined && !isKeySet(jwks)) throw bad('jwks must be a key set.');
  if (metadata.token_endpoint_auth_method !== 'private_key_jwt') return;
  if (jwksMode === 'uri' && uri === undefined) throw bad('private_key_jwt needs jwks_uri; jwks is not supported.');
  if (jwksMode === 'inline' && jwks === undefined) throw bad('private_key_jwt requires the jwks parameter; jwks_uri is not supported.');
  if (jwks === undefined && uri === undefined) throw bad('private_key_jwt needs jwks_uri or jwks.');
}
