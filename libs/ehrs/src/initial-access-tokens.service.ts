import { assertEnvironment } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import { pageOf, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { jwtExpiry } from '@registrar/dcr';
import type { Secret } from '@registrar/secret';
import { newId, storeSecrets, type Vault } from '@registrar/vault';
import type { Ehr } from './ehr.js';
import { ehrProblem } from './ehrs.problems.js';
import { armExpiry, disarmExpiry } from './expiry-alarm.repository.js';
import type { EhrRecords } from './ehrs.records.js';
import { ehrRows } from './ehrs.repository.js';
import { present as presentEhr } from './ehrs.service.js';
import type { InitialAccessTokenRow } from './initial-access-token.entity.js';
import { INITIAL_ACCESS_TOKEN, INITIAL_ACCESS_TOKEN_VERSION, type InitialAccessToken, type TokenClient } from './initial-access-token.js';
import { initialAccessTokenProblem } from './initial-access-tokens.problems.js';
import { tokenRows } from './initial-access-tokens.repository.js';
import { registrationOrigin } from './upstream.js';

/** A token as it is entered: its value, or the client that fetches one just in time, with that client's secret as `value`. */
export interface NewInitialAccessToken {
  readonly value: Secret;
  readonly tokenClient?: TokenClient | undefined;
  readonly maxUses?: number | undefined;
  readonly expiresAt?: Date | undefined;
  readonly tenantId?: string | undefined;
}

/** What waits for a token hears of a new one in the same transaction. */
export type TokenSupplied = (tx: Transaction, token: InitialAccessToken) => Promise<void>;

/** What lets Registrar register at servers that ask for it. Values are sealed when they come in, and never read back. */
export class InitialAccessTokensService {
  readonly #supplied: TokenSupplied[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly records: EhrRecords,
  ) {}

  /** Registers what happens, in the same transaction, when a token was added. */
  onSupplied(hook: TokenSupplied): void {
    this.#supplied.push(hook);
  }

  /**
   * Adds a token for the server that guards the EHR. It is pinned to the origin of the registration endpoint and to the
   * environment: it is never sent anywhere else, and never to an origin that nobody entered or confirmed (A-63, I-01).
   * @throws Problem ehrs.not_found | ehrs.tenant_not_found | ehrs.another_hospital | access.environment_mismatch |
   *   initial_access_tokens.no_registration_endpoint | .no_token_endpoint | .origin_unconfirmed | .quarantined | .expired
   */
  async create(scope: UnitOfWork, ehrId: string, input: NewInitialAccessToken): Promise<InitialAccessToken> {
    const now = this.clock.now();
    if (input.expiresAt && input.expiresAt <= now) throw initialAccessTokenProblem('initial_access_tokens.expired');
    // A client's secret is no token: only what is sent as it stands may say when it ends.
    const hint = input.tokenClient ? undefined : jwtExpiry(input.value);
    const owner = { workspaceId: scope.workspaceId, ...(input.tenantId === undefined ? {} : { tenantId: input.tenantId }) };
    // Preparing may unwrap a key, which must not happen inside the transaction; the tenant is known to be real before.
    await this.database.transaction(scope, (tx) => this.#judge(tx, ehrId, input));
    const sealer = await this.vault.prepare(owner);
    return this.database.transaction(scope, async (tx) => {
      const { ehr, authorizationServerId, origin } = await this.#judge(tx, ehrId, input);
      const row: InitialAccessTokenRow = {
        workspaceId: scope.workspaceId,
        id: newId(),
        authorizationServerId,
        ehrId,
        environment: ehr.environment,
        tenantId: input.tenantId ?? null,
        kind: input.tokenClient ? 'client_credentials' : 'static',
        clientCredentials: input.tokenClient ?? null,
        maxUses: input.maxUses ?? null,
        used: 0,
        pinnedOrigin: origin,
        status: 'available',
        expiresAt: input.expiresAt ?? hint ?? null,
        expiryHinted: input.expiresAt === undefined && hint !== undefined,
        lowAt: null,
        lastUsedAt: null,
        createdAt: now,
      };
      const subject = { subjectId: row.id, kind: INITIAL_ACCESS_TOKEN, version: INITIAL_ACCESS_TOKEN_VERSION };
      await tokenRows.insert(tx, row);
      await storeSecrets(tx, [{ ...owner, ...subject, sealed: sealer.seal(subject, input.value) }], now);
      if (row.expiresAt) await armExpiry(tx, INITIAL_ACCESS_TOKEN, row.id, row.expiresAt, now);
      this.records.token(tx, 'initial_access_token.create', row);
      const token = present(row);
      for (const hook of this.#supplied) await hook(tx, token);
      return token;
    });
  }

  /** The tokens of the server that guards the EHR, whichever of its EHRs they were entered at. @throws Problem ehrs.not_found */
  list(scope: UnitOfWork, ehrId: string, request: PageRequest): Promise<Page<InitialAccessToken>> {
    return this.database.transaction(scope, async (tx) => {
      const { server } = await this.#ehr(tx, ehrId);
      return server ? pageOf(await tokenRows.page(tx, server.id, request), request, present) : { items: [] };
    });
  }

  /** Takes a token away; its sealed value is destroyed. @throws Problem ehrs.not_found | initial_access_tokens.not_found */
  remove(scope: UnitOfWork, ehrId: string, id: string): Promise<void> {
    return this.database.transaction(scope, async (tx) => {
      const { server } = await this.#ehr(tx, ehrId);
      const row = server && (await tokenRows.remove(tx, server.id, id));
      if (!row) throw initialAccessTokenProblem('initial_access_tokens.not_found');
      await disarmExpiry(tx, INITIAL_ACCESS_TOKEN, row.id);
      this.records.token(tx, 'initial_access_token.delete', row);
    });
  }

  async #ehr(tx: Transaction, ehrId: string): Promise<Ehr> {
    const row = await ehrRows.find(tx, ehrId);
    if (!row) throw ehrProblem('ehrs.not_found');
    assertEnvironment(tx.scope, row.environment);
    return presentEhr(tx, row);
  }

  async #judge(tx: Transaction, ehrId: string, input: NewInitialAccessToken) {
    const ehr = await this.#ehr(tx, ehrId);
    if (input.tenantId !== undefined && !(await ehrRows.tenantExists(tx, input.tenantId))) throw ehrProblem('ehrs.tenant_not_found');
    // A caller bound to tenants supplies for its own hospitals, never for everybody.
    if (input.tenantId === undefined && tx.scope.tenantIds !== undefined) throw ehrProblem('ehrs.bound_key');
    if (input.tenantId !== undefined && ehr.tenantId !== undefined && ehr.tenantId !== input.tenantId)
      throw ehrProblem('ehrs.another_hospital');
    const { origin, approved } = registrationOrigin(ehr.server);
    if (!ehr.server || origin === undefined) throw initialAccessTokenProblem('initial_access_tokens.no_registration_endpoint');
    if (ehr.status === 'quarantined') throw initialAccessTokenProblem('initial_access_tokens.quarantined');
    if (!approved) throw initialAccessTokenProblem('initial_access_tokens.origin_unconfirmed', { extra: { origin } });
    if (input.tokenClient && ehr.server.endpoints.token === undefined)
      throw initialAccessTokenProblem('initial_access_tokens.no_token_endpoint');
    return { ehr, authorizationServerId: ehr.server.id, origin };
  }
}

function present(row: InitialAccessTokenRow): InitialAccessToken {
  const spent = (row.status === 'available' || row.status === 'suspect') && row.maxUses !== null && row.used >= row.maxUses;
  return {
    id: row.id,
    ehrId: row.ehrId,
    authorizationServerId: row.authorizationServerId,
    environment: row.environment,
    ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
    kind: row.kind,
    ...(row.clientCredentials ? { tokenClient: row.clientCredentials } : {}),
    ...(row.maxUses === null ? {} : { maxUses: row.maxUses }),
    used: row.used,
    pinnedOrigin: row.pinnedOrigin,
    status: spent ? 'consumed' : row.status,
    ...(row.expiresAt ? { expiresAt: row.expiresAt } : {}),
    expiryHinted: row.expiryHinted,
    ...(row.lastUsedAt ? { lastUsedAt: row.lastUsedAt } : {}),
    createdAt: row.createdAt,
  };
}
