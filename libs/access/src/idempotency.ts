import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import { mac, type PlatformKeys } from '@registrar/vault';

const KEEP_MS = 7 * 24 * 3_600_000;
/** Longer than any request may take: a key that still runs then belongs to a process that died. */
const RUNNING_MS = 120_000;
const SWEEP_MS = 3_600_000;

/** One request that carries an Idempotency-Key. `request` is everything that makes it the same request. */
export interface IdempotentRequest {
  /** The key's or the person's. */
  readonly callerId: string;
  readonly route: string;
  readonly key: string;
  readonly request: string;
}

/** An answer that was given. Never holds a revealed secret: who stores it leaves that out. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Claim =
  | { readonly kind: 'mine' }
  | { readonly kind: 'running' }
  | { readonly kind: 'other_request' }
  | ({ readonly kind: 'done' } & StoredAnswer);

interface Row {
  readonly mine: boolean;
  readonly request_digest: string;
  readonly status: string;
  readonly response_status: number | null;
  readonly response_headers: Record<string, string> | null;
  readonly response_body: unknown;
}

/** First answers by Idempotency-Key, kept for seven days for each caller and route. */
export class Idempotency {
  readonly #swept = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly platformKeys: PlatformKeys,
  ) {}

  /** Takes the key for this request, or tells what stands in the way. Of any number at once, one gets `mine`. */
  async claim(scope: UnitOfWork, request: IdempotentRequest): Promise<Claim> {
    // Keyed, because a body may hold a secret that can be guessed.
    const digest = mac(await this.platformKeys.key('idempotency'), request.request).toString('hex');
    const now = this.clock.now();
    const until = new Date(now.getTime() + RUNNING_MS);
    const row = await this.database.transaction(scope, async (tx) => {
      const key = [scope.workspaceId, request.callerId, request.route, request.key];
      // What has run out is taken over, whatever it was.
      const [taken] = await tx.query(
        `INSERT INTO idempotency_keys AS i (workspace_id, api_key_id, route, key, request_digest, status, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, 'running', $6, $7)
         ON CONFLICT (workspace_id, api_key_id, route, key) DO UPDATE SET request_digest = $5, status = 'running', response_status = NULL,
           response_headers = NULL, response_body = NULL, created_at = $6, expires_at = $7 WHERE i.expires_at <= $6 RETURNING 1`,
        [...key, digest, now, until],
      );
      if (taken) return undefined;
      const [found] = await tx.query<Row>(
        'SELECT * FROM idempotency_keys WHERE workspace_id = $1 AND api_key_id = $2 AND route = $3 AND key = $4',
        key,
      );
      return found ?? 'gone';
    });
    if (row === undefined) return { kind: 'mine' };
    if (row === 'gone') return { kind: 'running' };
    if (row.request_digest !== digest) return { kind: 'other_request' };
    if (row.status !== 'done' || row.response_status === null) return { kind: 'running' };
    return { kind: 'done', status: row.response_status, headers: row.response_headers ?? {}, body: row.response_body };
  }

  /** Keeps the answer for the next time. */
  async settle(scope: UnitOfWork, request: IdempotentRequest, answer: StoredAnswer): Promise<void> {
    const until = new Date(this.clock.now().getTime() + KEEP_MS);
    await this.database.transaction(scope, (tx) =>
      tx.query(
        `UPDATE idempotency_keys SET status = 'done', response_status = $5, response_headers = $6, response_body = $7, expires_at = $8
          WHERE workspace_id = $1 AND api_key_id = $2 AND route = $3 AND key = $4`,
        [...keyOf(scope, request), answer.status, JSON.stringify(answer.headers), JSON.stringify(answer.body ?? null), until],
      ),
    );
    this.#sweep(scope);
  }

  /** Gives the key back: the request failed, and may be sent again mended. */
  async release(scope: UnitOfWork, request: IdempotentRequest): Promise<void> {
    await this.database.transaction(scope, (tx) =>
      tx.query(
        `DELETE FROM idempotency_keys WHERE workspace_id = $1 AND api_key_id = $2 AND route = $3 AND key = $4 AND status = 'running'`,
        keyOf(scope, request),
      ),
    );
  }

  /** Removes what has run out, at most once an hour for each workspace that is in use, and in nobody's way. */
  #sweep(scope: UnitOfWork): void {
    const last = this.#swept.get(scope.workspaceId);
    if (last !== undefined && performance.now() - last < SWEEP_MS) return;
    this.#swept.set(scope.workspaceId, performance.now());
    const values = [scope.workspaceId, this.clock.now()];
    this.database
      .transaction(scope, (tx) => tx.query('DELETE FROM idempotency_keys WHERE workspace_id = $1 AND expires_at <= $2', values))
      .catch(() => this.#swept.delete(scope.workspaceId));
  }
}

function keyOf(scope: UnitOfWork, { callerId, route, key }: IdempotentRequest): readonly string[] {
  return [scope.workspaceId, callerId, route, key];
}
