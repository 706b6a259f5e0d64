import type { Outbound } from '@registrar/outbound';
import type { ReadDocument } from './discovery-documents.js';
import type { DiscoveryInput, Endpoints } from './discovery-result.js';

/** The members of the documents (RFC 8414, RFC 9126, SMART App Launch) that name an endpoint. */
const MEMBERS = {
  token: 'token_endpoint',
  registration: 'registration_endpoint',
  authorization: 'authorization_endpoint',
  jwks: 'jwks_uri',
  revocation: 'revocation_endpoint',
  introspection: 'introspection_endpoint',
  userinfo: 'userinfo_endpoint',
  pushedAuthorizationRequest: 'pushed_authorization_request_endpoint',
  management: 'management_endpoint',
} as const satisfies Record<keyof Endpoints, string>;

export const ENDPOINT_NAMES = Object.keys(MEMBERS) as (keyof Endpoints)[];

/** One document's endpoints, and those that it names but that may not be called. */
export interface NamedEndpoints {
  readonly endpoints: Endpoints;
  /** Wire names. */
  readonly refused: readonly string[];
}

/**
 * Reads one document's endpoints. Relative ones are taken only from a SMART configuration, against the FHIR base as the root;
 * what is not https, or an address that the guard refuses, is left out.
 */
export function endpointsOf(document: ReadDocument, outbound: Outbound, input: DiscoveryInput): NamedEndpoints {
  const base = document.kind === 'smart-configuration' ? input.fhirBaseUrl : undefined;
  const endpoints: Partial<Record<keyof Endpoints, string>> = {};
  const refused: string[] = [];
  for (const name of ENDPOINT_NAMES) {
    const value = document.members?.[MEMBERS[name]];
    if (value === undefined || value === null || value === '') continue;
    const url = typeof value === 'string' ? absolute(value, base) : undefined;
    if (url !== undefined && isCallable(url, outbound, input)) endpoints[name] = url;
    else refused.push(MEMBERS[name]);
  }
  return { endpoints, refused };
}

/** The first document that names an endpoint is followed. */
export function mergeEndpoints(all: readonly Endpoints[]): Endpoints {
  return Object.assign({}, ...all.toReversed()) as Endpoints;
}

/** Where secrets go and users are sent: the documents must agree on these. Returns wire names. */
export function contradictions(all: readonly Endpoints[]): readonly string[] {
  const watched = ['token', 'registration', 'authorization'] as const;
  return watched
    .filter((name) => new Set(all.flatMap((one) => (one[name] === undefined ? [] : [new URL(one[name]).href]))).size > 1)
    .map((name) => MEMBERS[name]);
}

/** The names of pinned endpoints that are now found at another origin: a path may change, an origin may not by itself. */
export function movedEndpoints(pinned: Endpoints, found: Endpoints): string[] {
  return ENDPOINT_NAMES.filter((name) => {
    const [before, now] = [pinned[name], found[name]];
    return before !== undefined && now !== undefined && originOf(before) !== originOf(now);
  });
}

/** The origin of a URL; of anything else, itself, so that it equals nothing by chance. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** Absolute URLs keep every byte: a token endpoint is also an assertion's audience. */
function absolute(value: string, base: string | undefined): string | undefined {
  if (URL.canParse(value)) return value;
  const root = base?.replace(/\/*$/, '/');
  return root !== undefined && URL.canParse(value, root) ? new URL(value, root).href : undefined;
}

function isCallable(url: string, outbound: Outbound, input: DiscoveryInput): boolean {
  if (new URL(url).protocol === 'http:' && !input.allowLoopbackHttp) return false;
  return outbound.check(url) === undefined;
}
