/** A public JWK as it is published: text members only, and never a private one. */
export type PublicJwk = Readonly<Record<string, string>>;

const PUBLISHED = ['kty', 'use', 'alg', 'kid', 'crv', 'x', 'y', 'n', 'e'] as const;

/** Copies the public members of a key by name, so that a private or unknown member can never slip through. */
export function publicMembers(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  return Object.fromEntries(PUBLISHED.flatMap((name) => (typeof jwk[name] === 'string' ? [[name, jwk[name]]] : [])));
}
