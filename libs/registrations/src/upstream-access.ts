import type { Clock } from '@registrar/clock';
import type { EhrRoads, RoadTo } from '@registrar/ehrs';
import type { KeyPool } from '@registrar/keys';
import type { Outbound } from '@registrar/outbound';
import type { Vault } from '@registrar/vault';
import { NOT_SENT_LADDER_MS } from './backoff.js';

/** What strategies talk to the outside with. */
export interface UpstreamAccess {
  /** The way out: the common one, or, within an operation, that of its EHR. */
  readonly outbound: Outbound;
  /** Ways out to EHRs for which something was approved; left out, all go by the common one. */
  readonly roads?: EhrRoads;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly keys: KeyPool;
  /** Base of the hosted key sets. */
  readonly publicUrl: string;
  /** Waits before each try to prove a new credential, in ms. */
  readonly proofLadderMs: readonly number[];
  /** Waits before each further try to delete a client at an EHR that does not answer, in ms; left out, 5 s to 12 h. */
  readonly leavingLadderMs?: readonly number[];
}

/** The way out to one EHR. */
export async function roadTo({ outbound, roads }: UpstreamAccess, road: RoadTo): Promise<Outbound> {
  return roads ? roads.to(road) : outbound;
}

export function leavingLadderOf(access: UpstreamAccess): readonly number[] {
  return access.leavingLadderMs ?? NOT_SENT_LADDER_MS;
}

/** Total deadline of a registration where the server's quirks name no other (architecture.md, figures). */
export const WRITE_DEADLINE_MS = 30_000;
/** Total deadline of a read that changes nothing. */
export const READ_DEADLINE_MS = 15_000;
/** Total deadline of a token request. */
export const TOKEN_DEADLINE_MS = 15_000;
