import type { Quirks } from './quirk-profile.js';

/**
 * What is assumed of a server that nobody knows: the letter of the RFCs where it is harmless, the worst where it is not.
 * A read or an update may replace the registration access token and the secret, so both are journaled like a registration (B-02).
 */
export const GENERIC: Quirks = {
  successStatus: [201, 200],
  deleteStatus: [204],
  jwksMode: ['uri', 'inline'],
  marker: 'software_version',
  assertionAudience: 'token_endpoint',
  iatMode: 'reusable',
  softwareStatement: 'optional',
  unknownFieldPolicy: 'ignore',
  readRotates: { rat: true, secret: true },
  putRotates: { rat: true, secret: true },
  putSecret: 'omit',
  managementAuth: 'rat',
  management: ['read', 'update', 'delete'],
  jwksCacheMs: 86_400_000,
  secretOverlap: false,
  clientExpires: false,
  idempotentByMetadata: false,
  findByMarker: 'none',
  unknownOutcome: 'hold',
  orphansPerDay: 5,
  droppedMembers: [],
  registration: 'dynamic',
};
