import type { Records } from './create-registrations.js';
import { requestToken } from '@registrar/dcr';
import { noteGates, tokensPausedMs } from '@registrar/ehrs';
import type { Database, UnitOfWork } from '@registrar/database';
import { Problem, problemDocument } from '@registrar/problem';
import type { Secret } from '@registrar/secret';
import { canonicalBytes, digestText, newId } from '@registrar/vault';
import { leaseToken, readToken, settleToken, type AccessTokenRow, type TokenKey } from './access-token.repository.js';
import { awaitReplacement } from './await-replacement.js';
import { audienceOf, authenticationOf } from './client-authentication.js';
import { credentialMaterial, type CredentialMaterial } from './credential-material.js';
import { present } from './present.js';
import { mayAskForTokens, scopeOf } from './granted-client.js';
import { registrationProblem } from './registrations.problems.js';
import { accessTokenSubject } from './sealed-places.js';
import { roadTo, TOKEN_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import { doubtClient, noteScope } from './token-signs.js';
import { upstreamOf } from './upstream-of.js';
import type { Wakeups } from './wakeups.js';

/** What is asked of the token endpoint, besides the client. */
export interface TokenWanted {
  readonly scope?: string;
  readonly resource?: string;
  readonly extensions?: Readonly<Record<string, string>>;
}

export interface AccessToken {
  readonly accessToken: Secret;
  readonly tokenType: string;
  readonly scope?: string;
  readonly expiresAt: Date;
}

const LEASE_MS = TOKEN_DEADLINE_MS + 5_000;
const WAIT_MS = TOKEN_DEADLINE_MS + 10_000;
const SHORTEST_LIFE_MS = 1_000;
const POLL_MS = 500;

/**
 * Access tokens for the product's services: one call upstream for any number of callers over all processes. The holder
 * of the lease fetches; the others wait for its notification. Tokens are sealed, and keyed by client, scope, resource,
 * extensions and credential, so a rotated credential never serves an old one's token.
 */
export class TokenBroker {
  readonly #owner = newId();

  constructor(
    private readonly database: Database,
    private readonly access: UpstreamAccess,
    private readonly records: Records,
    private readonly wakeups: Wakeups,
  ) {}

  /** @throws Problem registrations.not_found | .not_active | .no_client_credentials | .token_refused | .token_unavailable */
  async token(scope: UnitOfWork, registrationId: string, wanted: TokenWanted): Promise<AccessToken> {
    const began = this.access.clock.now();
    // Elapsed time of this process: how long this caller is made to wait.
    for (const until = performance.now() + WAIT_MS; performance.now() < until;) {
      const seen = await this.database.transaction(scope, async (tx) => {
        // Read anew each time: of what was suspended meanwhile, no token is served.
        const material = await credentialMaterial(tx, registrationId);
        if (!mayAskForTokens(material.client)) throw registrationProblem('registrations.no_client_credentials');
        const key = keyOf(material, wanted);
        // Asked for before the look, so that no notification is missed between.
        const heard = this.wakeups.next(key.digest, POLL_MS);
        const row = await readToken(tx, key);
        const usable = row !== undefined && isUsable(row, this.access.clock.now());
        // Who waited while another asked and was refused hears the same: it does not ask once more, each in turn.
        const refused = row?.leased === false && row.updated_at >= began ? row.problem : null;
        const free = !usable && !refused && row?.leased !== true;
        const pausedMs = free && material.upstream.server ? await tokensPausedMs(tx, material.upstream.server.id) : undefined;
        if (pausedMs !== undefined)
          throw registrationProblem('registrations.token_unavailable', {
            detail: 'The EHR does not answer at the moment, or has asked for a pause; nothing was sent.',
            retryAfterMs: pausedMs,
          });
        const leased = free && (await leaseToken(tx, key, this.#owner, LEASE_MS, began, row?.updated_at));
        return { material, key, heard, row, usable, refused, free, leased };
      });
      if (seen.leased) return this.#fetch(scope, seen.material, seen.key, wanted);
      if (seen.row && seen.usable) return this.#open(seen.material, seen.key, seen.row, scope);
      if (seen.refused) throw problemFrom(seen.refused);
      // Somebody was quicker: what they did is there already, or will be told.
      if (!seen.free) await seen.heard;
    }
    throw registrationProblem('registrations.token_unavailable', { detail: 'Another request is still fetching the token.' });
  }

  async #fetch(scope: UnitOfWork, material: CredentialMaterial, key: TokenKey, wanted: TokenWanted): Promise<AccessToken> {
    let token: AccessToken;
    try {
      token = await this.#ask(scope, material, wanted);
      const sealer = await this.access.vault.prepare({ workspaceId: scope.workspaceId, tenantId: material.tenantId });
      const { keyId, bytes } = sealer.seal(accessTokenSubject(key.registrationId, key.digest), token.accessToken);
      await this.#settle(scope, material, key, {
        keyId,
        sealed: bytes,
        tokenType: token.tokenType,
        expiresAt: token.expiresAt,
        ...present('scope', token.scope),
      });
    } catch (error) {
      const problem = error instanceof Problem ? error : registrationProblem('registrations.token_unavailable');
      const replaced = await awaitReplacement(this.database, scope, material, problem);
      await this.#settle(scope, material, key, { problem: problemDocument(problem) }, replaced);
      if (replaced) return this.token(scope, material.registrationId, wanted);
      throw error;
    }
    // Suspended while it was fetched: it is kept, and not handed out.
    await this.database.transaction(scope, (tx) => credentialMaterial(tx, material.registrationId));
    return token;
  }

  async #ask(scope: UnitOfWork, material: CredentialMaterial, wanted: TokenWanted): Promise<AccessToken> {
    const { client, credential, tenantId } = material;
    const upstream = upstreamOf(material.upstream);
    const owner = { workspaceId: scope.workspaceId, tenantId };
    const road = {
      workspaceId: scope.workspaceId,
      ehrId: material.upstream.ehrId,
      ...present('transportVersion', upstream.transportVersion),
    };
    const outcome = await requestToken(await roadTo(this.access, road), this.access.clock, {
      endpoint: upstream.endpoints.token ?? '',
      authentication: await authenticationOf(owner, client, credential, audienceOf({ upstream }), this.access),
      deadlineMs: TOKEN_DEADLINE_MS,
      partition: `${owner.workspaceId}:${tenantId}`,
      ...present('scope', wanted.scope ?? scopeOf(client)),
      ...present('resource', wanted.resource),
      ...present('extensions', wanted.extensions),
    });
    if (outcome.kind === 'refused') {
      const upstreamWords = { status: outcome.status, error: outcome.error, ...present('error_description', outcome.description) };
      throw registrationProblem('registrations.token_refused', { upstream: upstreamWords });
    }
    if (outcome.kind === 'unavailable') {
      const paused = outcome.code === 'rate_limited' || outcome.retryAfterMs !== undefined;
      const sign = paused ? ('paused' as const) : ('failed' as const);
      const at = { authorizationServerId: upstream.authorizationServerId, budget: 'token' } as const;
      await this.database.transaction(scope, (tx) => noteGates(tx, [{ ...at, sign, ...present('askedMs', outcome.retryAfterMs) }]));
      throw registrationProblem('registrations.token_unavailable', {
        detail: `The token endpoint did not answer (${outcome.code}).`,
        ...present('retryAfterMs', outcome.retryAfterMs),
      });
    }
    const lifeMs = outcome.expiresInMs ?? SHORTEST_LIFE_MS;
    return {
      accessToken: outcome.accessToken,
      tokenType: outcome.tokenType,
      expiresAt: new Date(this.access.clock.now().getTime() + lifeMs),
      ...present('scope', outcome.scope),
    };
  }

  #settle(
    scope: UnitOfWork,
    material: CredentialMaterial,
    key: TokenKey,
    result: Parameters<typeof settleToken>[3],
    replaced = false,
  ): Promise<void> {
    return this.database.transaction(scope, async (tx) => {
      await settleToken(tx, key, this.#owner, result, this.access.clock.now());
      const issued = !('problem' in result);
      const server = material.upstream.server?.id;
      if (issued && server !== undefined) await noteGates(tx, [{ authorizationServerId: server, budget: 'token', sign: 'well' }]);
      this.records.audit.append(tx, {
        action: 'token.issue',
        subject: { type: 'registration', id: material.registrationId },
        tenantId: material.tenantId,
        detail: { issued },
      });
      const now = this.access.clock.now();
      if ('problem' in result && replaced) return;
      if ('problem' in result) await doubtClient(tx, material, result.problem, now);
      else if (result.scope !== undefined) await noteScope(tx, material, result.scope, this.records, now);
    });
  }

  async #open(material: CredentialMaterial, key: TokenKey, row: AccessTokenRow, scope: UnitOfWork): Promise<AccessToken> {
    const owner = { workspaceId: scope.workspaceId, tenantId: material.tenantId };
    const accessToken = await this.access.vault.open(
      owner,
      accessTokenSubject(key.registrationId, key.digest),
      row.sealed ?? new Uint8Array(),
    );
    return { accessToken, tokenType: row.token_type ?? 'Bearer', expiresAt: row.expires_at ?? new Date(0), ...present('scope', row.scope) };
  }
}

/** Fresh enough: more than a tenth of a usual life, at most a minute, is left. */
function isUsable(row: AccessTokenRow, now: Date): boolean {
  if (!row.sealed || !row.expires_at) return false;
  const lifeMs = row.expires_at.getTime() - row.updated_at.getTime();
  return row.expires_at.getTime() - now.getTime() > Math.min(60_000, lifeMs / 10);
}

function keyOf(material: CredentialMaterial, wanted: TokenWanted): TokenKey {
  const { client, credential, registrationId, tenantId } = material;
  const extensions = Object.entries(wanted.extensions ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();
  const parts = [client.id, credential.id, wanted.scope ?? scopeOf(client) ?? '', wanted.resource ?? '', ...extensions];
  return { registrationId, tenantId, credentialId: credential.id, digest: digestText(canonicalBytes(parts).toString('latin1')) };
}

function problemFrom(document: NonNullable<AccessTokenRow['problem']>): Problem {
  const code = document.code === 'registrations.token_refused' ? 'registrations.token_refused' : 'registrations.token_unavailable';
  return registrationProblem(code, { detail: document.detail, ...present('upstream', document['upstream'] as object | undefined) });
}
