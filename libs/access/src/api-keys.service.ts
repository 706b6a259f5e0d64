import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import { pageOf, publicId, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import { mac, newId, type PlatformKeys } from '@registrar/vault';
import { accessProblem } from './access.problems.js';
import { newApiKeyToken } from './api-key-token.js';
import { present, type ApiKeyRow } from './api-key.entity.js';
import type { ApiKey, NewApiKey } from './api-key.js';
import { apiKeyRows } from './api-keys.repository.js';
import { isUnbound } from './principal.js';

/** A key that was just made: the only moment at which it is known. */
export interface MadeApiKey {
  readonly apiKey: ApiKey;
  readonly token: Secret;
}

/** The keys of a workspace. Of a key only its HMAC and the last four characters are stored. */
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly platformKeys: PlatformKeys,
  ) {}

  /** @throws Problem access.unknown_binding | access.bound_key | access.expired_already */
  async create(scope: UnitOfWork, wanted: NewApiKey): Promise<MadeApiKey> {
    refuseBound(scope);
    const token = newApiKeyToken();
    const digest = await this.#digest(token);
    const tenantIds = wanted.tenantIds && [...new Set(wanted.tenantIds)];
    if (wanted.expiresAt && wanted.expiresAt <= this.clock.now()) throw accessProblem('access.expired_already');
    return this.database.transaction(scope, async (tx) => {
      if (await apiKeyRows.missingBindings(tx, tenantIds ?? [], wanted.applicationId)) throw accessProblem('access.unknown_binding');
      return { apiKey: await this.#insert(tx, { ...wanted, tenantIds }, token, digest), token };
    });
  }

  /**
   * Gives a workspace that has no key yet its first one, an owner's. Of any number of starts at once, one does it.
   * @returns undefined where the workspace has keys.
   */
  async createFirst(scope: UnitOfWork, name: string, token: Secret): Promise<ApiKey | undefined> {
    const digest = await this.#digest(token);
    return this.database.transaction(scope, async (tx) => {
      await apiKeyRows.lockAll(tx);
      if ((await apiKeyRows.count(tx)) > 0) return undefined;
      return this.#insert(tx, { name, role: 'owner' }, token, digest);
    });
  }

  /** @throws Problem access.bound_key */
  async list(scope: UnitOfWork, request: PageRequest): Promise<Page<ApiKey>> {
    refuseBound(scope);
    return this.database.transaction(scope, async (tx) => pageOf(await apiKeyRows.page(tx, request), request, present));
  }

  /**
   * Ends a key; every instance refuses it within a second. A second call changes nothing.
   * @throws Problem access.api_key_not_found | access.last_owner_key | access.bound_key
   */
  async revoke(scope: UnitOfWork, id: string): Promise<ApiKey> {
    refuseBound(scope);
    return this.database.transaction(scope, async (tx) => {
      await apiKeyRows.lockAll(tx);
      const row = await apiKeyRows.find(tx, id);
      if (!row) throw accessProblem('access.api_key_not_found');
      if (row.revokedAt) return present(row);
      if (row.role === 'owner' && (await apiKeyRows.otherOwners(tx, id)) === 0) throw accessProblem('access.last_owner_key');
      const revokedAt = this.clock.now();
      await apiKeyRows.revoke(tx, id, revokedAt);
      this.audit.append(tx, { action: 'api_key.revoke', subject: { type: 'api_key', id } });
      return present({ ...row, revokedAt });
    });
  }

  async #insert(tx: Transaction, wanted: NewApiKey, token: Secret, digest: Uint8Array): Promise<ApiKey> {
    const row: ApiKeyRow = {
      workspaceId: tx.scope.workspaceId,
      id: newId(),
      name: wanted.name,
      role: wanted.role,
      tenantIds: wanted.tenantIds ? [...wanted.tenantIds] : null,
      applicationId: wanted.applicationId ?? null,
      environment: wanted.environment ?? null,
      addresses: wanted.addresses ? [...wanted.addresses] : null,
      lastFour: token.expose().slice(-4),
      createdAt: this.clock.now(),
      expiresAt: wanted.expiresAt ?? null,
      lastUsedAt: null,
      revokedAt: null,
    };
    await apiKeyRows.insert(tx, row, digest);
    const bound = {
      tenant_ids: wanted.tenantIds?.map((id) => publicId('ten', id)),
      environment: wanted.environment,
      addresses: wanted.addresses,
    };
    this.audit.append(tx, {
      action: 'api_key.create',
      subject: { type: 'api_key', id: row.id },
      detail: { role: row.role, ...defined(bound) },
    });
    return present(row);
  }

  async #digest(token: Secret): Promise<Buffer> {
    return mac(await this.platformKeys.key('api_key_index'), token.expose());
  }
}

// A bound key would otherwise make one that sees more than itself.
function refuseBound(scope: UnitOfWork): void {
  if (!isUnbound(scope)) throw accessProblem('access.bound_key');
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
