import { z } from 'zod';
import { ENDPOINTS } from './route.js';
import type { Endpoint } from './route.js';

/** What a simulated server does wrong itself, while the exchange is sound (protocol.md K). */
export const TWISTS = [
  'another_client_id',
  'ignore_change',
  'drop_members',
  'widen_redirect_uris',
  'widen_scope',
  'widen_grants',
  'downgrade_auth_method',
  'echo_secret',
] as const;
export const FAULT_KINDS = ['delay', 'status', 'body', 'hang', 'reset_before', 'reset_after_commit', ...TWISTS] as const;

/**
 * One way for an exchange to go wrong, as `POST /faults` takes it. `after_commit` (delay, status, hang): the server has done its work
 * first, so a client may exist that nobody hears of; `body` and `reset_after_commit` are always after it, `reset_before` never.
 * The {@link TWISTS} are for simulated servers alone.
 */
export const faultSchema = z.strictObject({
  vendor: z.string().optional(),
  hospital: z.string().optional(),
  endpoint: z.enum(ENDPOINTS).default('registration'),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
  kind: z.enum(FAULT_KINDS),
  /** How many requests it hits. */
  times: z.int().min(1).max(1_000_000).default(1),
  delay_ms: z.int().min(0).max(600_000).default(1000),
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  after_commit: z.boolean().default(false),
  /** What `drop_members` drops. */
  members: z.array(z.string()).default(['contacts']),
});
export type Fault = z.infer<typeof faultSchema>;

export const isTwist = ({ kind }: Pick<Fault, 'kind'>): boolean => (TWISTS as readonly string[]).includes(kind);

/** The faults that wait at one vendor. */
export class FaultBoard {
  #faults: Fault[] = [];

  add(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  /** The oldest fault for such a request, used up by one. */
  take(at: { vendor: string; hospital: string | undefined }, endpoint: Endpoint, method: string): Fault | undefined {
    const fault = this.#faults.find(
      (each) =>
        each.endpoint === endpoint &&
        (each.vendor === undefined || each.vendor === at.vendor) &&
        (each.hospital === undefined || each.hospital === at.hospital) &&
        (each.method === undefined || each.method === method),
    );
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#faults.splice(this.#faults.indexOf(fault), 1);
    return fault;
  }

  waiting(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }
}
