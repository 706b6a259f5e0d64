import type { Quirks } from './quirk-profile.js';

const ASYMMETRIC = ['private_key_jwt'] as const;
const PORTAL = {
  registration: 'portal',
  marker: 'none',
  managementAuth: 'none',
  management: [],
  iatMode: 'none',
  readRotates: { rat: false, secret: false },
} as const;

/**
 * EHR vendors whose applications a person registers in a portal (protocol.md D). Where a registration endpoint is announced all the
 * same (Epic's is for one user's device, D-10), it is not for a hospital's client.
 */
export const EHRS: Readonly<Record<string, Partial<Quirks>>> = {
  // Changed keys were seen to take up to two days to arrive (H-01).
  epic: { ...PORTAL, jwksMode: ['uri'], authMethods: ASYMMETRIC, signingAlgs: ['ES384', 'RS384'], jwksCacheMs: 2 * 86_400_000 },
  oracle_health: { ...PORTAL, jwksMode: ['uri'], authMethods: ASYMMETRIC, signingAlgs: ['ES384', 'RS384'] },
  athenahealth: { ...PORTAL, jwksMode: ['uri', 'inline'], authMethods: ASYMMETRIC, signingAlgs: ['RS384'] },
  eclinicalworks: {
    ...PORTAL,
    jwksMode: ['uri'],
    authMethods: ASYMMETRIC,
    signingAlgs: ['RS384'],
    rateBudget: { requests: 250, perMs: 60_000 },
  },
  // Id and secret come at once, and work only after an administrator has approved (D-32).
  nextgen: { ...PORTAL, authMethods: ['client_secret_basic', 'client_secret_post'] },
  veradigm: PORTAL,
  greenway: { ...PORTAL, authMethods: ASYMMETRIC },
  meditech: PORTAL,
  entra_id: PORTAL,
  google: PORTAL,
  smart_health_it: PORTAL,
};
