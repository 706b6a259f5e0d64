import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import { mac, type PlatformKeys } from '@registrar/vault';
import { accessScope } from './access-scope.js';
import { isWithin } from './address-binding.js';
import { isApiKeyToken } from './api-key-token.js';
import type { ApiKeyRow } from './api-key.entity.js';
import { apiKeyRows } from './api-keys.repository.js';
import { LookUps, OnceAMinute, remember } from './look-ups.js';
import { bindingsOf, type Principal } from './principal.js';

interface IndexRow {
  readonly workspace_id: string;
  readonly api_key_id: string;
  readonly revoked_at: Date | null;
}

/** Turns a presented key into a principal. */
export class Authenticator {
  readonly #lookUps = new LookUps<ApiKeyRow>();
  /** What a key is never changes, so it is read once; whether it still holds is asked again and again. */
  readonly #keys = new Map<string, ApiKeyRow>();
  readonly #used = new OnceAMinute();
  readonly #refused = new OnceAMinute();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly platformKeys: PlatformKeys,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @param address Where the request comes from; a key that is bound to addresses is good from those alone, and that it was
   * tried from elsewhere stands in the audit log, once a minute.
   * @returns undefined for a typo (without a look-up), and for a key that is unknown, revoked, expired or somewhere else.
   * @throws Problem database.unavailable
   */
  async authenticate(token: Secret, address?: string): Promise<Principal | undefined> {
    if (!isApiKeyToken(token)) return undefined;
    const digest = mac(await this.platformKeys.key('api_key_index'), token.expose());
    const row = await this.#lookUps.get(digest.toString('base64'), () => this.#find(digest));
    if (!row || !isGoodKey(row, this.clock.now())) return undefined;
    if (row.addresses && !isWithin(address, row.addresses)) {
      this.#tellElsewhere(row, address);
      return undefined;
    }
    this.#markUsed(row);
    return principalOfKey(row);
  }

  async #find(digest: Buffer): Promise<ApiKeyRow | undefined> {
    const [index] = await this.database.routing<IndexRow>(
      'SELECT workspace_id, api_key_id, revoked_at FROM api_key_index WHERE digest = $1',
      [digest],
    );
    if (!index || index.revoked_at) return undefined;
    const known = this.#keys.get(index.api_key_id);
    if (known) return known;
    const row = await this.database.transaction(accessScope(index.workspace_id), (tx) => apiKeyRows.find(tx, index.api_key_id));
    if (row) remember(this.#keys, row.id, row);
    return row ?? undefined;
  }

  /** At most once a minute for each key, and never in the way of the request. */
  #markUsed(row: ApiKeyRow): void {
    if (!this.#used.due(row.id)) return;
    const at = this.clock.now();
    this.database
      .transaction(accessScope(row.workspaceId), (tx) => apiKeyRows.used(tx, row.id, at))
      .catch(() => {
        this.#used.undo(row.id);
      });
  }

  #tellElsewhere(row: ApiKeyRow, address: string | undefined): void {
    if (!this.#refused.due(row.id)) return;
    this.database
      .transaction(accessScope(row.workspaceId), (tx) => {
        const subject = { type: 'api_key', id: row.id } as const;
        this.audit.append(tx, { action: 'api_key.refuse_address', subject, detail: { address: address ?? null } });
        return Promise.resolve();
      })
      .catch(() => {
        this.#refused.undo(row.id);
      });
  }
}

/** Whether a key lets anybody in now. */
export function isGoodKey(row: ApiKeyRow, now: Date): boolean {
  if (row.revokedAt || (row.expiresAt && row.expiresAt <= now)) return false;
  return row.tenantIds?.length !== 0;
}

/** Whoever comes with that key. */
export function principalOfKey(row: ApiKeyRow): Principal {
  return { workspaceId: row.workspaceId, type: 'api_key', id: row.id, name: row.name, role: row.role, ...bindingsOf(row) };
}
