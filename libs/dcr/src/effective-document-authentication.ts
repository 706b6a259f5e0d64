import { hasGrant, type ClientMetadata } from './client-metadata.js';
import type { DocumentContext, DocumentLayers } from './effective-document-input.js';
import { place, remove, type Draft } from './effective-document-merge.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { AUTH_METHODS, negotiateAuthMethod, negotiateSigningAlg, SIGNING_ALGS } from './negotiation.js';
import type { AuthMethod, SigningAlg } from './negotiation-method.js';

/** How the client of a document proves itself, and how its keys are handed over. */
export interface Authentication {
  readonly authMethod: AuthMethod;
  readonly signingAlg?: SigningAlg;
  readonly jwksMode: 'none' | 'uri' | 'inline';
}

// Everything else (d, p, q, dp, dq, qi, k) is private: it cannot leave by this road, whatever is handed in.
const PUBLIC_JWK = ['kty', 'kid', 'use', 'alg', 'crv', 'x', 'y', 'n', 'e'];

/** Places the authentication method, the algorithm (with private_key_jwt only, A-10) and the keys (inline or by URL, never both, A-08). */
export function placeAuthentication(draft: Draft, layers: DocumentLayers, context: DocumentContext): Authentication {
  const authMethod = chooseMethod(draft, layers, context);
  remove(draft, 'jwks');
  remove(draft, 'jwks_uri');
  if (authMethod !== 'private_key_jwt') {
    remove(draft, 'token_endpoint_auth_signing_alg');
    return { authMethod, jwksMode: 'none' };
  }
  const jwksMode = chooseJwksMode(context);
  if (jwksMode === 'uri' && context.jwksUri !== undefined)
    place(draft, 'jwks_uri', context.jwksUri, 'registrar', 'Published by Registrar.');
  if (jwksMode === 'inline' && context.jwks !== undefined)
    place(draft, 'jwks', { keys: context.jwks.keys.map(publicJwk) }, 'registrar', 'The server takes keys inline.');
  return { authMethod, signingAlg: chooseAlg(draft, context), jwksMode };
}

function chooseMethod(draft: Draft, layers: DocumentLayers, context: DocumentContext): AuthMethod {
  const written = AUTH_METHODS.find((method) => method === draft.members.get('token_endpoint_auth_method'));
  if (written !== undefined) return written;
  const metadata: ClientMetadata = Object.fromEntries(draft.members);
  const { value, reason } = negotiateAuthMethod({
    capabilities: context.capabilities,
    quirks: context.quirks,
    confidential: layers.kind === 'backend' || hasGrant(metadata, 'client_credentials'),
    keysPossible: context.quirks.jwksMode.includes('inline') || context.jwksUriFetchable !== false,
  });
  place(draft, 'token_endpoint_auth_method', value, 'negotiated', reason);
  return value;
}

function chooseAlg(draft: Draft, context: DocumentContext): SigningAlg {
  const written = SIGNING_ALGS.find((alg) => alg === draft.members.get('token_endpoint_auth_signing_alg'));
  if (written !== undefined) return written;
  const { value, reason } = negotiateSigningAlg(context.capabilities, context.quirks);
  place(draft, 'token_endpoint_auth_signing_alg', value, 'negotiated', reason);
  return value;
}

function chooseJwksMode({ quirks, jwksUri, jwks, jwksUriFetchable }: DocumentContext): 'uri' | 'inline' {
  const possible = { uri: jwksUri !== undefined && jwksUriFetchable !== false, inline: jwks !== undefined };
  const now = quirks.jwksMode.find((mode) => possible[mode]);
  // The keys may not exist yet: the answer tells the caller in which form they will be wanted.
  return now ?? quirks.jwksMode.find((mode) => mode === 'inline' || jwksUriFetchable !== false) ?? quirks.jwksMode[0] ?? 'uri';
}

function publicJwk(jwk: JsonObject): JsonObject {
  const members = PUBLIC_JWK.flatMap((member): [string, JsonValue][] => (jwk[member] === undefined ? [] : [[member, jwk[member]]]));
  return Object.fromEntries(members);
}
