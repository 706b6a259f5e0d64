import type { Clock } from '@registrar/clock';
import type { Database, Transaction } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import { mac, type PlatformKeys } from '@registrar/vault';
import { accessScope } from './access-scope.js';
import { isWithin } from './address-binding.js';
import type { ApiKeyRow } from './api-key.entity.js';
import { apiKeyRows } from './api-keys.repository.js';
import { isGoodKey, principalOfKey } from './authenticator.js';
import { LookUps, OnceAMinute } from './look-ups.js';
import { principalOfPerson } from './people.js';
import { personRows } from './people.repository.js';
import type { Principal } from './principal.js';
import { roleMappingRows } from './role-mappings.repository.js';
import type { SessionRow } from './session.entity.js';
import type { SessionLimits } from './session.js';
import { isSessionToken } from './session-token.js';
import { sessionRows } from './sessions.repository.js';

interface IndexRow {
  readonly workspace_id: string;
  readonly session_id: string;
}

interface Held {
  readonly session: SessionRow;
  readonly principal: Principal;
  /** The key that the session was exchanged for. */
  readonly key?: ApiKeyRow;
}

/** Turns what a browser's cookie holds into a principal: the session's, as its key or its groups have it now. */
export class SessionAuthenticator {
  readonly #lookUps = new LookUps<Held>();
  readonly #used = new OnceAMinute();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly platformKeys: PlatformKeys,
    private readonly limits: SessionLimits,
  ) {}

  /**
   * A look-up holds 0.9 s. A session of an API key ends with the key, and is bound to its addresses; a person's role is what the
   * workspace maps the groups of the sign-in to by now. `follows`: nobody does anything, a page is told what happens: that keeps no
   * session alive.
   * @returns undefined for what cannot be one (without a look-up), and for a session that is unknown, revoked, or over.
   * @throws Problem database.unavailable
   */
  async authenticate(token: Secret, address?: string, { follows = false } = {}): Promise<Principal | undefined> {
    if (!isSessionToken(token)) return undefined;
    const digest = mac(await this.platformKeys.key('api_key_index'), token.expose());
    const held = await this.#lookUps.get(digest.toString('base64'), () => this.#find(digest));
    if (!held) return undefined;
    const { session, principal, key } = held;
    const now = this.clock.now();
    if (session.expiresAt <= now || session.lastUsedAt.getTime() + this.limits.idleMs <= now.getTime()) return undefined;
    if (key && (!isGoodKey(key, now) || (key.addresses && !isWithin(address, key.addresses)))) return undefined;
    if (!follows) this.#markUsed(session, now);
    return { ...principal, sessionId: session.id };
  }

  async #find(digest: Buffer): Promise<Held | undefined> {
    const [index] = await this.database.routing<IndexRow>(
      'SELECT workspace_id, session_id FROM session_index WHERE digest = $1 AND revoked_at IS NULL',
      [digest],
    );
    if (!index) return undefined;
    return this.database.transaction(accessScope(index.workspace_id), async (tx) => {
      const session = await sessionRows.find(tx, index.session_id);
      return session && !session.revokedAt ? hold(tx, session) : undefined;
    });
  }

  /** At most once a minute for each session, and never in the way of the request. */
  #markUsed(session: SessionRow, now: Date): void {
    if (!this.#used.due(session.id)) return;
    this.database
      .transaction(accessScope(session.workspaceId), (tx) => sessionRows.used(tx, session.id, now))
      .catch(() => {
        this.#used.undo(session.id);
      });
  }
}

async function hold(tx: Transaction, session: SessionRow): Promise<Held | undefined> {
  if (session.apiKeyId !== null) {
    const key = await apiKeyRows.find(tx, session.apiKeyId);
    return key ? { session, principal: principalOfKey(key), key } : undefined;
  }
  const person = session.personId === null ? null : await personRows.find(tx, session.personId);
  const mapping = await roleMappingRows.best(tx, session.groups ?? []);
  return person && mapping ? { session, principal: principalOfPerson(person, mapping) } : undefined;
}
