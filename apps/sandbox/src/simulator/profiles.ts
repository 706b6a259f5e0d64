import type { Behaviour } from './behaviour.js';
import { BOTH, DAY_MS, LETTER, NEVER, RAT } from './letter.js';
import type { ProductName } from './product-names.js';

const iat = (mode: Behaviour['iat']['mode'], more: Partial<Behaviour['iat']> = {}): Behaviour['iat'] => ({ ...LETTER.iat, mode, ...more });
const NOBODY = { read: false, update: false, delete: false };

/** The products of protocol.md C as they were observed, and B-12 for what rotates. Each says only where it differs from {@link LETTER}. */
const DIFFERENCES: Readonly<Record<ProductName, Partial<Behaviour>>> = {
  'node-oidc-provider': {
    putRotates: RAT,
    wrongRatDestroys: true,
    unknownToo: ['software_id', 'software_version'],
    jwksCacheMs: 60_000,
    refetchOnUnknownKid: false,
  },
  keycloak: {
    iat: iat('counted', { uses: 100, ttlMs: 30 * DAY_MS }),
    putRotates: RAT,
    unknownMembers: 'refuse',
    scopeRefusal: 'insufficient_scope',
  },
  hydra: {
    putRotates: RAT,
    putSecret: 'forbid',
    putClientId: 'ignored',
    readShowsSecret: false,
    putResponseLacksRcu: true,
    putAnswersNulls: ['grant_types', 'response_types', 'contacts'],
    secretForPrivateKeyJwt: true,
    locationHeader: true,
    refusedMembers: ['metadata', 'skip_consent'],
    errorBodies: 'words',
  },
  spring: {
    iat: iat('client_credentials', { scope: 'client.create', uses: 1, ttlMs: 300_000 }),
    management: { read: true, update: false, delete: false },
    ratTtlMs: 300_000,
    jwksMode: 'uri',
    assumedSigningAlg: 'RS256',
    refusesIdleSigningAlg: true,
    addsGrant: 'authorization_code',
    readShowsSecret: false,
  },
  duende: {
    iat: iat('reusable'),
    managementAuth: 'none',
    management: NOBODY,
    jwksMode: 'inline',
    refusesIdleRedirectUris: true,
    wrongContentTypeStatus: 415,
  },
  mitreid: {
    readRotates: RAT,
    putRotates: RAT,
    ratRotatesAfterMs: 3_600_000,
    scopes: 'narrow',
    oneGrantKind: true,
    badRatStatus: 403,
  },
  curity: {
    iat: iat('client_credentials', { scope: 'dcr', uses: 1, ttlMs: 300_000 }),
    readRotates: BOTH,
    putRotates: BOTH,
    ratTtlMs: 365 * DAY_MS,
    ratExpiresIn: true,
  },
  ibm: {
    putRotates: BOTH,
    putSecret: 'require',
    rcuStyle: 'query',
    redirectUrisAsText: true,
    unknownMembers: 'store',
  },
  pingam: { putRotates: RAT, rcuStyle: 'query', scopeAsArray: true },
  pingfederate: { clientIdPrefix: 'dc-' },
  okta: {
    iat: iat('admin'),
    managementAuth: 'admin',
    nulls: ['client_uri', 'logo_uri'],
  },
  auth0: { managementAuth: 'none', management: NOBODY },
  cognito: {
    iat: iat('client_credentials', { scope: 'aws.cognito/dcr/register', ttlMs: 3_600_000 }),
    managementAuth: 'none',
    management: NOBODY,
    maxClients: 1000,
  },
  wso2: { iat: iat('admin'), managementAuth: 'admin', unknownMembers: 'refuse', putErrorBodies: 'text' },
  janssen: { clientLifeMs: 90 * DAY_MS },
  glewlwyd: {
    iat: iat('single', { uses: 1 }),
    createStatus: 200,
    deleteStatus: 200,
    putRotates: { rat: false, secret: true },
  },
  authlib: { putRotates: RAT },
  // Nobody's product: what a rotation is like where the server lets both secrets live for a while.
  oauth_overlap: { putRotates: { rat: false, secret: true }, secretOverlapMs: 3_600_000, secretLifeMs: 90 * DAY_MS },
  // A vendor's portal: clients are entered by a person, the practice activates them, and keys are looked at once a day.
  portal: {
    registration: 'portal',
    managementAuth: 'none',
    management: NOBODY,
    practiceActivation: true,
    putRotates: NEVER,
    jwksCacheMs: DAY_MS,
    refetchOnUnknownKid: false,
    openidConfiguration: false,
  },
};

/** How a server of that product begins. */
export function profileOf(product: ProductName): Behaviour {
  return { ...LETTER, ...DIFFERENCES[product] };
}
