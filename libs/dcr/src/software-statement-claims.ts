import { textOf, textsOf, untagged, type ClientMetadata } from './client-metadata.js';
import { parseClientMetadata } from './client-metadata-parse.js';
import { metadataSchema } from './client-metadata-schema.js';
import type { JsonObject } from './json-value.js';
import { scopesBeyond } from './smart-scope-cover.js';
import { splitScope } from './smart-scope.js';

/** What the application's owner stands for at this EHR; a statement may not say more. */
export interface StatementLimits {
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly authMethod: string;
  readonly loopbackAllowed: boolean;
}

/** One claim that goes beyond, or cannot be read. */
export interface ClaimProblem {
  readonly claim: string;
  readonly code: string;
  readonly detail: string;
}

const MEMBERS: ReadonlySet<string> = new Set(Object.keys(metadataSchema({ loopbackAllowed: false }).shape));
// A statement that fixes the keys would make the server trust somebody else's in place of those that Registrar holds.
const KEYS = ['jwks', 'jwks_uri'];

/** The claims that are client metadata: a server takes them before the plain members (RFC 7591 section 2.3). */
export function metadataClaims(claims: JsonObject): ClientMetadata {
  const members = Object.entries(claims).filter(([name, value]) => MEMBERS.has(untagged(name)) && value !== null);
  return Object.fromEntries(members);
}

/** What the server is asked for in the end: the plain document with the statement's claims over it. */
export function overlaidBy(document: ClientMetadata, claims: JsonObject): ClientMetadata {
  return { ...document, ...metadataClaims(claims) };
}

/** What in the claims goes beyond what was approved, would not fit the client that is registered, or cannot be read (A-20, I-06). */
export function claimsBeyond(claims: JsonObject, limits: StatementLimits): ClaimProblem[] {
  const problems: ClaimProblem[] = KEYS.filter((claim) => claims[claim] !== undefined).map((claim) => ({
    claim,
    code: 'keys_fixed',
    detail: 'fixes keys that Registrar does not hold',
  }));
  const parsed = parseClientMetadata(metadataClaims(claims), { pointer: '', loopbackAllowed: limits.loopbackAllowed });
  if ('problems' in parsed)
    return [...problems, ...parsed.problems.map(({ pointer, code, detail }) => ({ claim: pointer.slice(1), code, detail }))];
  const { metadata } = parsed;
  const beyond = (claim: string, code: string, values: readonly string[]): void => {
    if (values.length > 0) problems.push({ claim, code, detail: `asks for ${values.slice(0, 10).join(', ')}, which is not approved` });
  };
  beyond('scope', 'scope_wider', scopesBeyond(splitScope(textOf(metadata, 'scope') ?? ''), limits.scopes));
  beyond('redirect_uris', 'redirect_uris_wider', without(textsOf(metadata, 'redirect_uris'), limits.redirectUris));
  beyond('grant_types', 'grant_types_wider', without(textsOf(metadata, 'grant_types'), limits.grantTypes));
  const method = textOf(metadata, 'token_endpoint_auth_method');
  if (method !== undefined && method !== limits.authMethod)
    problems.push({
      claim: 'token_endpoint_auth_method',
      code: 'auth_method_differs',
      detail: `is ${method}, but the client authenticates by ${limits.authMethod}`,
    });
  return problems;
}

function without(values: readonly string[], allowed: readonly string[]): string[] {
  return values.filter((value) => !allowed.includes(value));
}
