import type { Transaction } from '@registrar/database';

/** What one exchange showed of a server, for one of its budgets. */
export interface GateSign {
  readonly authorizationServerId: string;
  readonly budget: 'registration' | 'token';
  /** `well`: it answered. `failed`: it did not, or with an error of its own. `paused`: it asked to be left alone. */
  readonly sign: 'well' | 'failed' | 'paused';
  /** With `paused`: for how long, in milliseconds. */
  readonly askedMs?: number;
}

/**
 * Takes down what exchanges showed, at the gates, in the transaction that holds their results (reliability.md section 6): five
 * failures in a row, or more than half of twenty in a minute, open the breaker; a pause that was asked for shuts the gate and
 * counts as no failure; an answer closes the breaker and wakes what only waited for the server. A sound server costs no write.
 */
export async function noteGates(tx: Transaction, signs: readonly GateSign[]): Promise<void> {
  if (signs.length === 0) return;
  // In one order, so that two transactions never wait for each other.
  const sorted = [...signs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await tx.prepared(
    'SELECT note_gate(i.server, i.budget, i.sign, i.asked) FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS i (server, budget, sign, asked)',
    [
      sorted.map((each) => each.authorizationServerId),
      sorted.map((each) => each.budget),
      sorted.map((each) => each.sign),
      sorted.map((each) => Math.round(each.askedMs ?? 0)),
    ],
  );
}

/** How long no token may be asked for at a server, in milliseconds; undefined where it may. A refusal of many clients is no pause. */
export async function tokensPausedMs(tx: Transaction, authorizationServerId: string): Promise<number | undefined> {
  const [row] = await tx.prepared<{ ms: number }>(
    `SELECT greatest(1000, coalesce(extract(epoch FROM open_until - clock_timestamp()), 0) * 1000)::float8 AS ms FROM upstream_gates
      WHERE authorization_server_id = $1 AND budget = 'token' AND (state = 'open' OR (open_until > clock_timestamp() AND reason = 'rate_limited'))`,
    [authorizationServerId],
  );
  return row?.ms;
}

const keyOf = ({ authorizationServerId, budget }: GateSign): string => `${authorizationServerId}:${budget}`;
