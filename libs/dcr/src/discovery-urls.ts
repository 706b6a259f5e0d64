import type { DocumentKind } from './discovery-result.js';

/** A document that may be there, and where. */
export interface Candidate {
  readonly kind: DocumentKind;
  readonly url: string;
}

/** What a FHIR server publishes below its base: appended after the path, contrary to RFC 8615 (SMART App Launch, UDAP). */
export function fhirCandidate(kind: 'smart-configuration' | 'udap', fhirBaseUrl: string): Candidate {
  return { kind, url: `${fhirBaseUrl.replace(/\/+$/, '')}/.well-known/${kind}` };
}

/**
 * Where an issuer publishes its metadata: RFC 8414 section 3.1 puts the well-known part before the path, OpenID Connect
 * Discovery section 4 behind it, and some servers put OpenID's document before it. Nothing else is ever guessed.
 */
export function issuerCandidates(issuer: string): readonly Candidate[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/+$/, '');
  const inserted: Candidate[] = [
    { kind: 'oauth-authorization-server', url: `${origin}/.well-known/oauth-authorization-server${path}` },
    { kind: 'openid-configuration', url: `${origin}/.well-known/openid-configuration${path}` },
  ];
  return path === '' ? inserted : [...inserted, { kind: 'openid-configuration', url: `${origin}${path}/.well-known/openid-configuration` }];
}

/** An issuer is an absolute URL without query and fragment (RFC 8414 section 2); user info would be a secret in a URL (A15). */
export function isIssuer(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
