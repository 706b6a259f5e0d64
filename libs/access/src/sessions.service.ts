import type { AuditActor, AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import { pageOf, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import { mac, newId, type PlatformKeys } from '@registrar/vault';
import { accessScope } from './access-scope.js';
import { accessProblem } from './access.problems.js';
import type { Identity } from './identity.js';
import { principalOfPerson, type People } from './people.js';
import { isUnbound, type Principal } from './principal.js';
import { roleMappingRows } from './role-mappings.repository.js';
import type { SessionRow } from './session.entity.js';
import { newSessionToken } from './session-token.js';
import type { Session, SessionLimits } from './session.js';
import { sessionRows } from './sessions.repository.js';

/** A session that was just begun: the only moment at which what the browser holds is known. */
export interface BegunSession {
  readonly principal: Principal;
  readonly session: Session;
  readonly token: Secret;
}

const LONGEST_USER_AGENT = 200;

/** The sessions of browsers: rows that end by themselves and can be revoked. Of what the browser holds only an HMAC is stored. */
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly platformKeys: PlatformKeys,
    private readonly people: People,
    private readonly limits: SessionLimits,
  ) {}

  /**
   * Exchanges an API key for a session with the key's rights; it ends with the key at the latest.
   * @throws Problem access.session_by_session where the caller is not a key itself.
   */
  async beginForKey(caller: Principal, scope: UnitOfWork, userAgent: string): Promise<BegunSession> {
    if (caller.type !== 'api_key' || caller.sessionId !== undefined) throw accessProblem('access.session_by_session');
    const { token, digest } = await this.#newToken();
    return this.database.transaction(scope, (tx) =>
      this.#begin(tx, caller, { apiKeyId: caller.id, personId: null, groups: null }, { token, digest }, userAgent),
    );
  }

  /**
   * Begins a session for whoever has just signed in at the provider. `from`: the address of the browser.
   * @returns undefined where the workspace maps none of the groups to a role.
   */
  async beginForPerson(
    identity: Identity,
    { requestId, from }: Pick<UnitOfWork, 'requestId' | 'from'>,
    userAgent: string,
  ): Promise<BegunSession | undefined> {
    const { token, digest } = await this.#newToken();
    return this.database.transaction(
      { ...accessScope(identity.workspaceId), requestId, ...(from === undefined ? {} : { from }) },
      async (tx) => {
        const mapping = await roleMappingRows.best(tx, identity.groups);
        if (!mapping) return undefined;
        const person = await this.people.meet(tx, identity);
        const owner = { apiKeyId: null, personId: person.id, groups: [...identity.groups] };
        return this.#begin(tx, principalOfPerson(person, mapping), owner, { token, digest }, userAgent);
      },
    );
  }

  /** The caller's own; of the whole workspace for an owner whom nothing binds. */
  async list(caller: Principal, scope: UnitOfWork, request: PageRequest): Promise<Page<Session>> {
    return this.database.transaction(scope, async (tx) =>
      pageOf(await sessionRows.page(tx, whoseFor(caller), request), request, (session) => session),
    );
  }

  /** @throws Problem access.session_not_found */
  async get(caller: Principal, scope: UnitOfWork, id: string): Promise<Session> {
    return this.database.transaction(scope, (tx) => find(tx, caller, id));
  }

  /**
   * Ends a session; every instance refuses it within a second. A second call changes nothing.
   * @throws Problem access.session_not_found
   */
  async revoke(caller: Principal, scope: UnitOfWork, id: string): Promise<Session> {
    return this.database.transaction(scope, async (tx) => {
      const session = await find(tx, caller, id);
      if (session.revokedAt) return session;
      const revokedAt = this.clock.now();
      await sessionRows.revoke(tx, id, revokedAt);
      this.audit.append(tx, { action: 'session.revoke', subject: { type: 'session', id } });
      return { ...session, revokedAt };
    });
  }

  async #newToken(): Promise<{ token: Secret; digest: Buffer }> {
    const token = newSessionToken();
    return { token, digest: mac(await this.platformKeys.key('api_key_index'), token.expose()) };
  }

  async #begin(
    tx: Transaction,
    principal: Principal,
    whose: Pick<SessionRow, 'apiKeyId' | 'personId' | 'groups'>,
    { token, digest }: { token: Secret; digest: Buffer },
    userAgent: string,
  ): Promise<BegunSession> {
    const now = this.clock.now();
    const row: SessionRow = {
      workspaceId: tx.scope.workspaceId,
      id: newId(),
      ...whose,
      userAgent: userAgent.slice(0, LONGEST_USER_AGENT),
      createdAt: now,
      expiresAt: new Date(now.getTime() + this.limits.lifetimeMs),
      lastUsedAt: now,
      revokedAt: null,
    };
    await sessionRows.insert(tx, row, digest);
    await sessionRows.sweep(tx, now);
    const { type, id, name, role } = principal;
    const { from } = tx.scope;
    const actor: AuditActor = { type, id, name, ...(from === undefined ? {} : { from }) };
    this.audit.append(tx, { action: 'session.create', subject: { type: 'session', id: row.id }, detail: { role }, actor });
    const { createdAt, expiresAt, lastUsedAt } = row;
    const session = { id: row.id, owner: { type, id, name }, userAgent: row.userAgent, createdAt, expiresAt, lastUsedAt };
    return { principal: { ...principal, sessionId: row.id }, session, token };
  }
}

async function find(tx: Transaction, caller: Principal, id: string): Promise<Session> {
  const session = await sessionRows.shown(tx, whoseFor(caller), id);
  if (!session) throw accessProblem('access.session_not_found');
  return session;
}

/** Whose sessions a caller sees: everybody's (undefined), or those of this id. */
function whoseFor(caller: Principal): string | undefined {
  return caller.role === 'owner' && isUnbound(caller) ? undefined : caller.id;
}
