import type { Quirks } from './quirk-profile.js';

const NEVER = { rat: false, secret: false };
const RAT = { rat: true, secret: false };
const BOTH = { rat: true, secret: true };
const DAY = 86_400_000;

/** Authorization server products, as observed (protocol.md C). Each says only where it differs from {@link GENERIC}. */
export const SERVERS: Readonly<Record<string, Partial<Quirks>>> = {
  // Strips members that it does not know, software_version too: only the name can be searched for afterwards.
  node_oidc_provider: { successStatus: [201], marker: 'client_name', readRotates: NEVER, putRotates: RAT, droppedMembers: [] },
  // The hint is that of the policy for anonymous clients, unless somebody changed it.
  keycloak: {
    successStatus: [201],
    marker: 'client_name',
    iatMode: 'counted',
    unknownFieldPolicy: 'refuse',
    readRotates: NEVER,
    putRotates: RAT,
    maxClientsHint: 200,
  },
  hydra: { successStatus: [201], marker: 'client_name', iatMode: 'none', readRotates: NEVER, putRotates: RAT, putSecret: 'omit' },
  // Reads keys from jwks_uri only; knows no update and no delete; the registration access token is an ordinary access token of five
  // minutes (B-11). The scope of an initial access token is this one and no other.
  spring: {
    successStatus: [201],
    jwksMode: ['uri'],
    marker: 'client_name',
    iatMode: 'single',
    iatScope: 'client.create',
    readRotates: NEVER,
    putRotates: NEVER,
    ratTtlMs: 300_000,
    management: ['read'],
  },
  duende: {
    successStatus: [201],
    jwksMode: ['inline'],
    marker: 'client_name',
    iatMode: 'reusable',
    readRotates: NEVER,
    putRotates: NEVER,
    managementAuth: 'none',
    management: [],
  },
  // Only where the token is older than a lifetime that its operator sets.
  mitreid: { successStatus: [201], readRotates: RAT, putRotates: RAT },
  // Reading rotates the secret as well; the registration access token lives for 365 days (H-07).
  curity: {
    successStatus: [201],
    iatMode: 'single',
    iatScope: 'dcr',
    readRotates: BOTH,
    putRotates: BOTH,
    ratTtlMs: 365 * DAY,
  },
  // Keeps whatever members it is sent.
  ibm: { readRotates: NEVER, putRotates: BOTH, putSecret: 'include' },
  pingam: { successStatus: [201], marker: 'client_name', iatScope: 'dynamic_client_registration', readRotates: NEVER, putRotates: RAT },
  pingfederate: { successStatus: [201], marker: 'client_name' },
  // The administrator's list can be searched by the beginning of client_name (H-30 c2).
  okta: {
    successStatus: [201],
    marker: 'client_name',
    findByMarker: 'client_name_prefix',
    managementAuth: 'admin_token',
    readRotates: NEVER,
    putRotates: NEVER,
  },
  // Managed by an API of its own, which is not that of RFC 7592.
  auth0: { successStatus: [201], marker: 'client_name', iatMode: 'none', managementAuth: 'admin_token', management: [] },
  cognito: { successStatus: [201, 200], marker: 'client_name', iatMode: 'client_credentials', iatScope: 'aws.cognito/dcr/register' },
  wso2: {
    successStatus: [201],
    marker: 'client_name',
    unknownFieldPolicy: 'refuse',
    managementAuth: 'admin_token',
    readRotates: NEVER,
  },
  janssen: { readRotates: NEVER, putRotates: NEVER, clientExpires: true },
  // What it does is up to whoever built on it.
  authlete: {},
  glewlwyd: {
    successStatus: [200, 201],
    deleteStatus: [200],
    iatMode: 'single',
    readRotates: NEVER,
    putRotates: { rat: false, secret: true },
  },
  authlib: { successStatus: [201], readRotates: NEVER, putRotates: RAT },
  // The same statement twice is a modification of the same client, answered with 200 (E-12, E-21).
  udap_dotnet: {
    successStatus: [201, 200],
    marker: 'client_name',
    iatMode: 'none',
    readRotates: NEVER,
    putRotates: NEVER,
    managementAuth: 'none',
    management: [],
    idempotentByMetadata: true,
  },
  emr_direct: { marker: 'client_name' },
  medent: {},
};
