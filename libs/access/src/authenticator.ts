import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import { mac, type PlatformKeys } from '@registrar/vault';
import { isApiKeyToken } from './api-key-token.js';
import type { ApiKeyRow } from './api-key.entity.js';
import { apiKeyRows } from './api-keys.repository.js';
import type { Principal } from './principal.js';

/** A look-up holds this long, so that a revoked key is refused within a second everywhere. */
const TRUST_MS = 900;
const USED_EVERY_MS = 60_000;
const MOST_KEYS = 10_000;

interface IndexRow {
  readonly workspace_id: string;
  readonly api_key_id: string;
  readonly revoked_at: Date | null;
}

interface LookUp {
  readonly at: number;
  readonly found: Promise<ApiKeyRow | undefined>;
}

/** Turns a presented key into a principal. */
export class Authenticator {
  readonly #lookUps = new Map<string, LookUp>();
  /** What a key is never changes, so it is read once; whether it still holds is asked again and again. */
  readonly #keys = new Map<string, ApiKeyRow>();
  readonly #used = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly platformKeys: PlatformKeys,
  ) {}

  /**
   * @returns undefined for a typo (without a look-up), and for a key that is unknown, revoked or expired.
   * @throws Problem database.unavailable
   */
  async authenticate(token: Secret): Promise<Principal | undefined> {
    if (!isApiKeyToken(token)) return undefined;
    const digest = mac(await this.platformKeys.key('api_key_index'), token.expose());
    const row = await this.#lookUp(digest);
    if (!row || (row.expiresAt && row.expiresAt <= this.clock.now())) return undefined;
    if (row.tenantIds?.length === 0) return undefined;
    this.#markUsed(row);
    return {
      workspaceId: row.workspaceId,
      apiKeyId: row.id,
      name: row.name,
      role: row.role,
      ...(row.tenantIds ? { tenantIds: row.tenantIds } : {}),
      ...(row.applicationId === null ? {} : { applicationId: row.applicationId }),
      ...(row.environment ? { environment: row.environment } : {}),
    };
  }

  #lookUp(digest: Buffer): Promise<ApiKeyRow | undefined> {
    const name = digest.toString('base64');
    const known = this.#lookUps.get(name);
    if (known && performance.now() - known.at < TRUST_MS) return known.found;
    const found = this.#find(digest);
    remember(this.#lookUps, name, { at: performance.now(), found });
    found.then(
      // A stranger's guesses are not kept.
      (row) => row ?? this.#lookUps.delete(name),
      () => this.#lookUps.delete(name),
    );
    return found;
  }

  async #find(digest: Buffer): Promise<ApiKeyRow | undefined> {
    const [index] = await this.database.routing<IndexRow>(
      'SELECT workspace_id, api_key_id, revoked_at FROM api_key_index WHERE digest = $1',
      [digest],
    );
    if (!index || index.revoked_at) return undefined;
    const known = this.#keys.get(index.api_key_id);
    if (known) return known;
    const row = await this.database.transaction(systemScope(index.workspace_id), (tx) => apiKeyRows.find(tx, index.api_key_id));
    if (row) remember(this.#keys, row.id, row);
    return row ?? undefined;
  }

  /** At most once a minute for each key, and never in the way of the request. */
  #markUsed(row: ApiKeyRow): void {
    const last = this.#used.get(row.id);
    if (last !== undefined && performance.now() - last < USED_EVERY_MS) return;
    remember(this.#used, row.id, performance.now());
    const at = this.clock.now();
    this.database.transaction(systemScope(row.workspaceId), (tx) => apiKeyRows.used(tx, row.id, at)).catch(() => this.#used.delete(row.id));
  }
}

function systemScope(workspaceId: string) {
  return { workspaceId, actor: { type: 'system', id: 'access' }, requestId: 'authentication' } as const;
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > MOST_KEYS) map.delete(map.keys().next().value ?? '');
}
