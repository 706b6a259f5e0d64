import { scopeOf, type Permission, type Principal } from '@registrar/access';
import { Sparingly, type AuditLog } from '@registrar/audit';
import type { Database } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { apiProblem } from '../api.problems.js';

/** How many secrets one key or person may be shown within a minute, on each instance: people compare, and services cache. */
export const REVEALS_PER_MINUTE = 60;

/**
 * Watches over who asks for secrets: an attempt without the right stands in the audit log (A27), once a minute, and a key that asks for more
 * than a person or a service needs is stopped, and told of once a minute (A28).
 */
export class RevealWatch {
  readonly #limiter = new RateLimiterMemory({ points: REVEALS_PER_MINUTE, duration: 60 });
  readonly #refusals = new Sparingly();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  /**
   * Writes down that somebody asked who may not, at most once a minute for each of them and each of the two ways: of which
   * registration makes no difference to a role that may see none.
   */
  async refused(principal: Principal, asked: Permission, requestId: string, from?: string): Promise<void> {
    const subject = { type: principal.type, id: principal.id };
    await this.#refusals.write(`${principal.id} ${asked}`, (leftOut) =>
      this.database.transaction(scopeOf(principal, requestId, from), (tx) => {
        this.audit.append(tx, { action: 'secret.refuse', subject, detail: { role: principal.role, asked, left_out: leftOut } });
        return Promise.resolve();
      }),
    );
  }

  /** @throws Problem api.too_many_reveals */
  async count(principal: Principal, requestId: string, from?: string): Promise<void> {
    const state = await this.#limiter.consume(principal.id).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    if (state.consumedPoints <= REVEALS_PER_MINUTE) return;
    if (state.consumedPoints === REVEALS_PER_MINUTE + 1) await this.#tell(principal, requestId, from);
    throw apiProblem('api.too_many_reveals', { retryAfterMs: state.msBeforeNext });
  }

  async #tell(principal: Principal, requestId: string, from?: string): Promise<void> {
    const subject = { type: principal.type, id: principal.id };
    await this.database.transaction(scopeOf(principal, requestId, from), (tx) => {
      this.audit.append(tx, { action: 'secret.flood', subject, detail: { per_minute: REVEALS_PER_MINUTE } });
      this.events.append(tx, { type: 'secret.reveals_flooding', subject, data: { per_minute: REVEALS_PER_MINUTE } });
      return Promise.resolve();
    });
  }
}
