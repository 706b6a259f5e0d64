import type { Quirks } from './quirk-profile.js';

const NEVER = { rat: false, secret: false };
const RAT = { rat: true, secret: false };
const BOTH = { rat: true, secret: true };
const DAY = 86_400_000;

/** Authorization server products, as observed (protocol.md C). Each says only where it differs from {@link GENERIC}. */
export const SERVERS: Readonly<Record<string, Partial<Quirks>>> = {
  // Strips members that it does not know, software_version too: only the name can be searched for afterwards.
  node_oidc_provider: { successStatus: [201], marker: 'client_name', readRotates: NEVER, putRotates: RAT, droppedMembers: [] },
  keycloak: {
    successStatus: [201],
    marker: 'client_name',
    iatMode: 'counted',
    unknownFieldPolicy: 'refuse',
    readRotates: NEVER,
    putRotates: RAT,
  },
  hydra: { successStatus: [201], marker: 'client_name', iatMode: 'none', readRotates: NEVER, putRotates: RAT },
  // Reads keys from jwks_uri only; the registration access token is an ordinary access token of five minutes (B-11).
  spring: { successStatus: [201], jwksMode: ['uri'], marker: 'client_name', iatMode: 'single', readRotates: NEVER, ratTtlMs: 300_000 },
  duende: { successStatus: [201], jwksMode: ['inline'], marker: 'client_name', iatMode: 'reusable', managementAuth: 'none' },
  mitreid: { successStatus: [201], readRotates: RAT, putRotates: RAT },
  // Reading rotates the secret as well; the registration access token lives for 365 days (H-07).
  curity: { successStatus: [201], iatMode: 'single', readRotates: BOTH, putRotates: BOTH, ratTtlMs: 365 * DAY },
  ibm: { readRotates: NEVER, putRotates: BOTH, putSecret: 'include' },
  pingam: { successStatus: [201], marker: 'client_name', readRotates: NEVER, putRotates: RAT },
  pingfederate: { successStatus: [201], marker: 'client_name' },
  // The administrator's list can be searched by the beginning of client_name (H-30 c2).
  okta: { successStatus: [201], marker: 'client_name', managementAuth: 'admin_token', readRotates: NEVER, putRotates: NEVER },
  auth0: { successStatus: [201], marker: 'client_name', iatMode: 'none', managementAuth: 'admin_token' },
  cognito: { successStatus: [201, 200], marker: 'client_name' },
  wso2: { successStatus: [201], marker: 'client_name', unknownFieldPolicy: 'refuse', managementAuth: 'admin_token', readRotates: NEVER },
  janssen: { readRotates: NEVER, putRotates: NEVER },
  authlete: {},
  glewlwyd: { successStatus: [200, 201], iatMode: 'single', readRotates: NEVER, putRotates: { rat: false, secret: true } },
  authlib: { successStatus: [201], readRotates: NEVER, putRotates: RAT },
  emr_direct: { marker: 'client_name' },
};
