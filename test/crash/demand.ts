import { publicId } from '@registrar/database';
import type { Answer } from '../support/stack.js';
import type { Acknowledgement } from './acknowledged.js';
import type { Kind } from './plan.js';
import type { Seed } from './seed.js';
import type { CrashWorld } from './world.js';

interface Shown {
  readonly id: string;
  readonly code?: string;
  readonly operation: { readonly id: string };
}

/**
 * How long one api process may leave a caller without an answer. At R0 the api itself is killed twenty times in a row, and no
 * caller is sure to be among the few that it answers in between, so each process is given this long.
 */
const PATIENCE_MS = 60_000;
/** Registrations that something can be asked of: active, nothing under way. The database picks them apart from each other. */
const FREE = `SELECT r.id, r.client_id IS NOT NULL AS registered FROM registrations r JOIN applications a ON a.id = r.application_id
 WHERE r.status = 'active' AND r.manageable = 'yes' AND r.previous_client_id IS NULL AND ($2::text IS NULL OR a.name = $2)
   AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.registration_id = r.id AND o.status IN ('queued', 'running', 'waiting')) ORDER BY md5(r.id::text || $3) LIMIT $1`;

/** Asks Registrar for work as its callers do: again after a broken connection or a 503, and it remembers what was acknowledged. */
export class Demand {
  readonly acknowledged: Acknowledgement[] = [];
  readonly counts: Record<Kind, number> = { register: 0, update: 0, rotate: 0, delete: 0 };
  /** Answers that a caller should never get, e.g. 500. */
  readonly strange: string[] = [];
  #pair = 0;
  #turn = 0;

  constructor(
    private readonly world: CrashWorld,
    private readonly seed: Seed,
  ) {}

  /** How many pairs have nothing registered yet. */
  get left(): number {
    return this.world.tenants.length * this.world.ehrs.length * 2 - this.#pair;
  }

  /** @returns how many were acknowledged. */
  async ask(kind: Kind, count: number, ehrId?: string): Promise<number> {
    const before = this.counts[kind];
    if (kind === 'register') await Promise.all(Array.from({ length: Math.min(count, this.left) }, () => this.#register(ehrId)));
    else await Promise.all((await this.#free(kind, count)).map((id) => this.#change(kind, id)));
    return this.counts[kind] - before;
  }

  /** Twice at once, by keys of their own: one of them may be let through (I2, A20). */
  async #register(ehrId?: string): Promise<void> {
    const { tenants, ehrs, applications } = this.world;
    const n = this.#pair++;
    const body = {
      tenant_id: tenants[Math.floor(n / 2 / ehrs.length) % tenants.length],
      ehr_id: ehrId ?? ehrs[Math.floor(n / 2) % ehrs.length],
      application_id: applications[n % 2],
    };
    const key = `${this.seed.value}-${n}`;
    const send = (twin: string) => this.#send('register', 'POST', '/v1/registrations', body, `${key}-${twin}`);
    await Promise.all([send('a'), send('b')]);
  }

  async #change(kind: Kind, id: string): Promise<void> {
    const path = `/v1/registrations/${id}`;
    if (kind === 'update') await this.#send(kind, 'PATCH', path, { client_metadata: { client_name: `Name ${this.#turn++}` } });
    else if (kind === 'rotate') await this.#send(kind, 'POST', `${path}/rotate`, { reason: 'compromised' });
    else await this.#send(kind, 'DELETE', path);
  }

  async #free(kind: Kind, count: number): Promise<string[]> {
    const application = kind === 'rotate' && this.#turn++ % 2 === 0 ? 'private_key_jwt' : null;
    const rows = await this.#patiently(() => this.world.stack.query<{ id: string }>(FREE, [count, application, String(this.#turn++)]));
    return rows.map(({ id }) => publicId('reg', id));
  }

  async #send(kind: Kind, method: string, path: string, body?: object, key?: string): Promise<void> {
    let tries = 0;
    const answer = await this.#patiently(async () => {
      const headers = key === undefined ? {} : { 'idempotency-key': `${key}-${tries}` };
      const got = await this.world.stack.call<Shown>(method, path, { ...(body ? { body } : {}), headers });
      // The key of a request that died with its process stays taken for a while: another one then, as any caller would.
      if (got.body.code === 'api.idempotency_in_flight') tries += 1;
      if (got.status === 503 && !got.headers.has('retry-after'))
        this.strange.push(`${method} ${path} was answered 503 without Retry-After`);
      if (got.status === 503 || got.body.code === 'api.idempotency_in_flight') throw new Error(`${got.status} ${JSON.stringify(got.body)}`);
      return got;
    });
    this.#note(kind, method, path, answer);
  }

  #note(kind: Kind, method: string, path: string, { status, body }: Answer<Shown>): void {
    if (status === 202) {
      this.counts[kind] += 1;
      this.acknowledged.push({ registrationId: body.id, operationId: body.operation.id });
    } else if (status >= 500) this.strange.push(`${method} ${path} was answered ${status}: ${JSON.stringify(body)}`);
  }

  /** Again while a connection breaks or there is nothing to be had. @throws Error that says what was heard last */
  async #patiently<T>(look: () => Promise<T>): Promise<T> {
    let [pid, since] = [this.world.stack.api.pid, performance.now()];
    for (;;) {
      try {
        return await look();
      } catch (cause) {
        const now = this.world.stack.api.pid;
        if (now !== pid) [pid, since] = [now, performance.now()];
        if (performance.now() - since > PATIENCE_MS) throw new Error(`Nothing was answered for a minute: ${String(cause)}`, { cause });
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    }
  }
}
