import { z } from 'zod';

const ms = z
  .int()
  .min(0)
  .max(100 * 365 * 86_400_000);
const rotates = z.strictObject({ rat: z.boolean(), secret: z.boolean() });
const methods = z.array(z.enum(['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none']));

/**
 * Everything in which simulated servers differ, as data: a product is one value of this, and the control port changes any member of a
 * running server. All times are in milliseconds of the simulator's clock; null = never, or not at all.
 */
export const behaviourSchema = z.strictObject({
  // Registering (RFC 7591)
  registration: z.enum(['open', 'portal']),
  /** What the server asks for before it registers anybody (I-01). `scope`: what the access token that opens registration must have. */
  iat: z.strictObject({
    mode: z.enum(['none', 'reusable', 'single', 'counted', 'client_credentials', 'admin']),
    scope: z.string().default(''),
    /** Of one token; null = any number. */
    uses: z.int().min(1).nullable().default(null),
    ttlMs: ms.nullable().default(null),
    /** Whether only a registration that succeeds uses it up, or every one that presents it (I-02). */
    usedUpBy: z.enum(['success', 'presenting']).default('success'),
  }),
  createStatus: z.union([z.literal(200), z.literal(201)]),
  clientIdPrefix: z.string(),
  authMethods: methods.min(1),
  jwksMode: z.enum(['uri', 'inline', 'both']),
  unknownMembers: z.enum(['refuse', 'drop', 'store']),
  /** Members of the RFCs that this server does not know all the same. */
  unknownToo: z.array(z.string()),
  /** Members that are refused by name, whatever `unknownMembers` says. */
  refusedMembers: z.array(z.string()),
  scopes: z.enum(['strict', 'narrow', 'accept']),
  /** How a scope that is not offered is refused. */
  scopeRefusal: z.enum(['invalid_client_metadata', 'insufficient_scope']),
  /** `v1`: what was asked for as `.rs` is registered and granted as `.read` (K-26). */
  scopeSyntax: z.enum(['as_sent', 'v1']),
  /** Only one of authorization_code and client_credentials for each client. */
  oneGrantKind: z.boolean(),
  /** A client without a use for redirect URIs may not have any. */
  refusesIdleRedirectUris: z.boolean(),
  /** Added to a client that registers without response types. */
  addsGrant: z.enum(['none', 'authorization_code']),
  /** `token_endpoint_auth_signing_alg` beside another method than private_key_jwt is refused. */
  refusesIdleSigningAlg: z.boolean(),
  /** The only algorithm of assertions where the client named none; null = any that is supported. */
  assumedSigningAlg: z.string().nullable(),
  secretForPrivateKeyJwt: z.boolean(),
  secretLifeMs: ms.nullable(),
  secretExpiresAt: z.enum(['seconds', 'milliseconds', 'text', 'absent']),
  /** The whole client is gone after this time, and nobody says so. */
  clientLifeMs: ms.nullable(),
  maxClients: z.int().min(0).nullable(),
  /** The same metadata again gives the same client (H-30 b). */
  idempotentByMetadata: z.boolean(),

  // Managing (RFC 7592)
  /** `admin`: the list, the client and its end are an administrator's, and no client has a token of its own. */
  managementAuth: z.enum(['rat', 'admin', 'none']),
  management: z.strictObject({ read: z.boolean(), update: z.boolean(), delete: z.boolean() }),
  rcuStyle: z.enum(['path', 'query', 'relative']),
  ratTtlMs: ms.nullable(),
  /** The answers say `registration_access_token_expires_in`. */
  ratExpiresIn: z.boolean(),
  /** Rotation of the registration access token only once it is as old as this. */
  ratRotatesAfterMs: ms,
  readRotates: rotates,
  putRotates: rotates,
  /** After a rotation the old secret works on for this time. */
  secretOverlapMs: ms,
  putSecret: z.enum(['optional', 'forbid', 'require']),
  /** registration_access_token, registration_client_uri and the times in a PUT are refused (RFC 7592 section 2.2), or ignored. */
  refusesIssuedMembers: z.boolean(),
  /** Whether a PUT whose `client_id` is another is refused, or the path decides. */
  putClientId: z.enum(['must_equal', 'ignored']),
  readShowsSecret: z.boolean(),
  putResponseLacksRcu: z.boolean(),
  putAnswersNulls: z.array(z.string()),
  deleteStatus: z.union([z.literal(200), z.literal(202), z.literal(204), z.literal(405), z.literal(501)]),
  /** A registration access token shown at another client's address is destroyed (B-01). */
  wrongRatDestroys: z.boolean(),
  badRatStatus: z.union([z.literal(401), z.literal(403), z.literal(404), z.literal(500)]),
  /** Members that every answer has as null, e.g. `client_uri`. */
  nulls: z.array(z.string()),
  redirectUrisAsText: z.boolean(),
  scopeAsArray: z.boolean(),
  locationHeader: z.boolean(),
  answersOnlyClientId: z.boolean(),

  // Errors of both
  errorBodies: z.enum(['json', 'words', 'text', 'empty', 'html']),
  /** Where a PUT's errors have another body; null = the same. */
  putErrorBodies: z.enum(['json', 'words', 'text', 'empty', 'html']).nullable(),
  wrongContentTypeStatus: z.union([z.literal(400), z.literal(415)]),

  // Tokens
  assertionAud: z.enum(['either', 'token_endpoint', 'issuer']),
  jwksCacheMs: ms,
  refetchOnUnknownKid: z.boolean(),
  accessTokenLifeMs: ms,
  /** A client that the control port has not activated is told unauthorized_client (K-71). */
  practiceActivation: z.boolean(),
  /** invalid_client to everybody: an outage that looks like something else (K-43). */
  deniesEverybody: z.boolean(),
  /** How far this server's clock is from the simulator's; its Date header shows it (K-65). */
  clockSkewMs: z.int().min(-86_400_000).max(86_400_000),

  // What everybody sees
  openidConfiguration: z.boolean(),
  /** Endpoints that discovery names at another origin, which serves them as well (A-63, K-52). */
  movedEndpoints: z.array(z.enum(['registration', 'token'])),
  /** `unavailable`: 503 to everything; `reset`: every connection is cut. */
  down: z.enum(['no', 'unavailable', 'reset']),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

/** Some members, as the control port takes them for a running server. */
export const behaviourChangeSchema = behaviourSchema.partial();
export type BehaviourChange = z.infer<typeof behaviourChangeSchema>;
