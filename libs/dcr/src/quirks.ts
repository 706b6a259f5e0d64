import { EHRS } from './quirks-ehrs.js';
import { GENERIC } from './quirks-generic.js';
import { SERVERS } from './quirks-servers.js';
import type { Quirks } from './quirk-profile.js';

const PROFILES: ReadonlyMap<string, Partial<Quirks>> = new Map(Object.entries({ generic: {}, ...SERVERS, ...EHRS }));
const ALIASES: Readonly<Record<string, string>> = {
  oidc_provider: 'node_oidc_provider',
  cerner: 'oracle_health',
  athena: 'athenahealth',
  ecw: 'eclinicalworks',
  ory_hydra: 'hydra',
  spring_authorization_server: 'spring',
  duende_identityserver: 'duende',
  ibm_verify: 'ibm',
  isva: 'ibm',
  gluu: 'janssen',
  ping_am: 'pingam',
  ping_federate: 'pingfederate',
  wso2_is: 'wso2',
  allscripts: 'veradigm',
};

/** Members that decide who may do what. No server's dislike takes them out of the document. */
export const SECURITY_MEMBERS: ReadonlySet<string> = new Set([
  'redirect_uris',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'grant_types',
  'response_types',
  'scope',
  'jwks',
  'jwks_uri',
  'software_statement',
]);

/** The vendor keys that have a profile of their own; any other vendor is `generic`. */
export function quirkVendors(): string[] {
  return [...PROFILES.keys()];
}

/**
 * The quirks of one server: what is assumed of everybody, then its vendor's profile, then what was learned from its answers, then
 * what an operator declared. Lists replace each other, but `droppedMembers` add up, less the security members.
 */
export function quirksFor(vendor: string, learned: Partial<Quirks> = {}, declared: Partial<Quirks> = {}): Quirks {
  const key = vendor
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  const profile = PROFILES.get(Object.hasOwn(ALIASES, key) ? (ALIASES[key] ?? key) : key) ?? {};
  const layers = [GENERIC, profile, learned, declared].map(given);
  const dropped = layers.flatMap((layer) => layer.droppedMembers ?? []).filter((member) => !SECURITY_MEMBERS.has(member));
  return layers.reduce<Quirks>((all, layer) => ({ ...all, ...layer, droppedMembers: [...new Set(dropped)] }), GENERIC);
}

// A stored layer may hold null or undefined where nothing was learned: that is no opinion.
function given(layer: Partial<Quirks>): Partial<Quirks> {
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => (value as unknown) !== undefined && (value as unknown) !== null));
}
