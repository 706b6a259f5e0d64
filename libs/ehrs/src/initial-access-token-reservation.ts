import type { Environment, Transaction } from '@registrar/database';
import { candidateRows, settleRows, takeUses, type CandidateRow } from './initial-access-token-reservation.repository.js';
import type { InitialAccessTokenKind, TokenClient } from './initial-access-token.js';

/** A registration that may need a token. `ref` is the caller's own name for it (an operation's id). */
export interface InitialAccessTokenNeed {
  readonly ref: string;
  readonly authorizationServerId: string;
  readonly tenantId: string;
  readonly environment: Environment;
  /** Where it would be sent: must be the origin that the token is pinned to. */
  readonly registrationOrigin: string;
}

/** A token that one registration may use now. Its value lies in the vault, under the tenant's key where it has a tenant. */
export interface ReservedInitialAccessToken {
  readonly id: string;
  readonly kind: InitialAccessTokenKind;
  readonly tokenClient?: TokenClient;
  readonly tenantId?: string;
  /** Whether one of a limited number of uses was taken. */
  readonly counted: boolean;
}

/** How a reserved use ended; `not_sent` gives it back (I-02), `consumed` and `refused` retire the token. */
export type InitialAccessTokenOutcome = 'used' | 'not_sent' | 'consumed' | 'refused';

const ROUNDS = 5;

/**
 * Chooses a token for each need and takes one use of each counted one, so that two registrations never share a single use.
 * The hospital's own tokens come first, then reusable ones, then what expires first. One statement; a second one takes counted uses.
 * @returns nothing for a need that has no token.
 */
export async function reserveInitialAccessTokens(
  tx: Transaction,
  needs: readonly InitialAccessTokenNeed[],
  now: Date,
): Promise<ReadonlyMap<string, ReservedInitialAccessToken>> {
  const reserved = new Map<string, ReservedInitialAccessToken>();
  let open = needs;
  for (let round = 0; open.length > 0 && round < ROUNDS; round += 1) {
    const chosen = choose(open, await candidateRows(tx, open, now));
    if (chosen.size === 0) break;
    const taken = await takeUses(tx, countedUses(chosen), now);
    for (const [ref, row] of chosen) if (row.max_uses === null || taken.has(row.id)) reserved.set(ref, present(row));
    // Somebody else took the last use between the two statements: look again.
    open = [...chosen].filter(([ref]) => !reserved.has(ref)).flatMap(([ref]) => needs.filter((need) => need.ref === ref));
  }
  return reserved;
}

/** Writes down how reserved uses ended, by one statement. */
export async function settleInitialAccessTokens(
  tx: Transaction,
  uses: readonly { readonly id: string; readonly outcome: InitialAccessTokenOutcome }[],
  now: Date,
): Promise<void> {
  if (uses.length > 0) await settleRows(tx, uses, now);
}

function choose(needs: readonly InitialAccessTokenNeed[], rows: readonly CandidateRow[]): Map<string, CandidateRow> {
  const left = new Map(rows.map((row) => [row.id, row.max_uses === null ? Infinity : row.max_uses - row.used]));
  const chosen = new Map<string, CandidateRow>();
  for (const need of needs) {
    const row = rows.find(
      (candidate) =>
        candidate.authorization_server_id === need.authorizationServerId &&
        candidate.environment === need.environment &&
        candidate.pinned_origin === need.registrationOrigin &&
        (candidate.tenant_id === null || candidate.tenant_id === need.tenantId) &&
        (left.get(candidate.id) ?? 0) > 0,
    );
    if (!row) continue;
    left.set(row.id, (left.get(row.id) ?? 0) - 1);
    chosen.set(need.ref, row);
  }
  return chosen;
}

function countedUses(chosen: ReadonlyMap<string, CandidateRow>): Map<string, number> {
  const uses = new Map<string, number>();
  for (const row of chosen.values()) if (row.max_uses !== null) uses.set(row.id, (uses.get(row.id) ?? 0) + 1);
  return uses;
}

function present(row: CandidateRow): ReservedInitialAccessToken {
  return {
    id: row.id,
    kind: row.kind,
    ...(row.client_credentials ? { tokenClient: row.client_credentials } : {}),
    ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
    counted: row.max_uses !== null,
  };
}
