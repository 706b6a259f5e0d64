import type { Capabilities } from './capabilities.js';
import type { AuthMethod, SigningAlg } from './negotiation-method.js';
import type { Quirks } from './quirk-profile.js';

/** The order in which a method is taken where the server leaves the choice (RFC 9700 section 2.5: asymmetric first). */
export const AUTH_METHODS: readonly AuthMethod[] = ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'];

/** The order in which an algorithm is taken (F-01). */
export const SIGNING_ALGS: readonly SigningAlg[] = ['ES384', 'RS384', 'ES256', 'RS256'];

/** What was chosen, and why in plain words. */
export interface Choice<T> {
  readonly value: T;
  readonly reason: string;
}

/** What a choice is made from. */
export interface NegotiationInput {
  readonly capabilities: Capabilities;
  readonly quirks: Quirks;
  /** The application runs without a browser flow: it needs a credential, never `none`. */
  readonly confidential: boolean;
  /** False where the keys could not be handed over in any way that this server takes. */
  readonly keysPossible: boolean;
}

/**
 * Chooses the authentication method that nobody wrote. Where discovery is silent the vendor's documentation counts, then the SMART
 * capabilities, then RFC 8414's default (client_secret_basic). Always answers: the linter says when the answer contradicts the server.
 */
export function negotiateAuthMethod(input: NegotiationInput): Choice<AuthMethod> {
  const announced = input.capabilities.authMethods;
  if (announced !== undefined) return among(announced, 'The server offers', input);
  const documented = input.quirks.authMethods;
  if (documented !== undefined) return among(documented, 'The vendor documents', input);
  const smart = input.capabilities.smart;
  if (smart?.includes('client-confidential-asymmetric') === true && input.keysPossible)
    return { value: 'private_key_jwt', reason: 'The server names client-confidential-asymmetric among its SMART capabilities.' };
  if (smart?.includes('client-confidential-symmetric') === true)
    return { value: 'client_secret_basic', reason: 'Of the confidential clients, the server names only client-confidential-symmetric.' };
  if (smart?.includes('client-public') === true && !input.confidential && pkcePossible(input.capabilities))
    return { value: 'none', reason: 'The server names only client-public among its SMART capabilities; PKCE protects the code.' };
  if (smart !== undefined && input.confidential && input.keysPossible)
    return { value: 'private_key_jwt', reason: 'A SMART backend service signs its requests, and the server says nothing else.' };
  return { value: 'client_secret_basic', reason: 'The server does not say what it takes; this is the default of RFC 8414.' };
}

/** Chooses the assertion's algorithm: ES384 before RS384 where the server says, RS384 where it is silent (F-01). */
export function negotiateSigningAlg(capabilities: Capabilities, quirks: Quirks): Choice<SigningAlg> {
  const algs = capabilities.signingAlgs ?? quirks.signingAlgs;
  if (algs === undefined)
    return { value: 'RS384', reason: 'The server does not say what it verifies; every SMART server may be asked for RS384.' };
  const value = SIGNING_ALGS.find((alg) => algs.includes(alg));
  if (value === undefined) return { value: 'RS384', reason: 'The server verifies no algorithm that Registrar signs with.' };
  return { value, reason: `The first of ${SIGNING_ALGS.join(', ')} that the server verifies.` };
}

function among(methods: readonly string[], says: string, input: NegotiationInput): Choice<AuthMethod> {
  const value = AUTH_METHODS.find((method) => methods.includes(method) && possible(method, input));
  if (value !== undefined) return { value, reason: `${says} ${methods.join(', ')}; the strongest that this client can use is taken.` };
  if (input.confidential || !pkcePossible(input.capabilities))
    return { value: 'private_key_jwt', reason: `${says} no method that this client can use; the strongest is asked for.` };
  return { value: 'none', reason: `${says} no method that this client can use; PKCE protects the code.` };
}

function possible(method: AuthMethod, { capabilities, quirks, confidential, keysPossible }: NegotiationInput): boolean {
  if (method === 'none') return !confidential && pkcePossible(capabilities);
  if (method !== 'private_key_jwt') return true;
  const algs = capabilities.signingAlgs ?? quirks.signingAlgs;
  return keysPossible && (algs === undefined || SIGNING_ALGS.some((alg) => algs.includes(alg)));
}

// A client without a credential has only PKCE between its code and a thief (RFC 9700 section 2.1.1).
function pkcePossible(capabilities: Capabilities): boolean {
  return capabilities.codeChallengeMethods?.includes('S256') ?? true;
}
