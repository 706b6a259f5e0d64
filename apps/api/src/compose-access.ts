import {
  ApiKeysService,
  Authenticator,
  Idempotency,
  People,
  RoleMappingsService,
  SessionAuthenticator,
  SessionsService,
  type SessionLimits,
} from '@registrar/access';
import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Config } from '@registrar/config';
import type { Database } from '@registrar/database';
import type { Outbound } from '@registrar/outbound';
import type { PlatformKeys } from '@registrar/vault';
import { Callers } from './auth/callers.js';
import { FormerSession } from './auth/former-session.js';
import { OpenIdProvider } from './auth/openid-provider.js';
import { OriginCheck } from './auth/origin-check.js';
import { SignIn } from './auth/sign-in.js';
import { TokenVerifier } from './auth/token-verifier.js';
import { Cursors } from './cursors.js';
import type { Service } from './service.js';

interface Ground {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly platformKeys: PlatformKeys;
  readonly outbound: Outbound;
}

/** Everything that finds out who calls, and lets people and machines in. */
export function composeAccess(ground: Ground, apiKeys: ApiKeysService): Service[] {
  const { config, database, clock, audit, platformKeys } = ground;
  const limits: SessionLimits = { idleMs: config.SESSION_IDLE_MINUTES * 60_000, lifetimeMs: config.SESSION_HOURS * 3_600_000 };
  const people = new People(database, clock, audit);
  const provider = config.OIDC_ISSUER === undefined ? undefined : new OpenIdProvider(config.OIDC_ISSUER, ground.outbound);
  const verifier = provider && verifierOf(config, provider, clock);
  const authenticator = new Authenticator(database, clock, platformKeys, audit);
  const sessions = new SessionAuthenticator(database, clock, platformKeys, limits);
  const service = new SessionsService(database, clock, audit, platformKeys, people, limits);
  const signsIn = provider && verifier && config.OIDC_CLIENT_ID !== undefined;
  const { OIDC_CLIENT_ID: clientId = '', OIDC_CLIENT_SECRET: clientSecret, OIDC_SCOPES: scope } = config;
  return [
    [Callers, new Callers(authenticator, sessions, people, verifier)],
    [OriginCheck, new OriginCheck(config.CONSOLE_URL)],
    [
      SignIn,
      new SignIn(config.CONSOLE_URL, platformKeys, clock, signsIn ? { provider, verifier, clientId, clientSecret, scope } : undefined),
    ],
    [SessionsService, service],
    [FormerSession, new FormerSession(sessions, service)],
    [RoleMappingsService, new RoleMappingsService(database, clock, audit)],
    [Idempotency, new Idempotency(database, clock, platformKeys)],
    [Cursors, new Cursors(platformKeys)],
    [ApiKeysService, apiKeys],
  ];
}

function verifierOf(config: Config, provider: OpenIdProvider, clock: Clock): TokenVerifier {
  return new TokenVerifier(provider, clock, {
    audience: config.OIDC_AUDIENCE ?? config.PUBLIC_URL,
    algorithms: config.OIDC_ALGORITHMS,
    types: config.OIDC_TOKEN_TYPES,
    roleClaim: config.OIDC_ROLE_CLAIM,
    workspaceClaim: config.OIDC_WORKSPACE_CLAIM,
  });
}
