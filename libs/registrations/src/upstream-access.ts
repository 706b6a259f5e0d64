import type { Clock } from '@registrar/clock';
import type { KeyPool } from '@registrar/keys';
import type { Outbound } from '@registrar/outbound';
import type { Vault } from '@registrar/vault';

/** What strategies talk to the outside with. */
export interface UpstreamAccess {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly keys: KeyPool;
  /** Base of the hosted key sets. */
  readonly publicUrl: string;
  /** Waits before each try to prove a new credential, in ms. */
  readonly proofLadderMs: readonly number[];
}

/** Total deadline of a registration where the server's quirks name no other (architecture.md, figures). */
export const WRITE_DEADLINE_MS = 30_000;
/** Total deadline of a read that changes nothing. */
export const READ_DEADLINE_MS = 15_000;
/** Total deadline of a token request. */
export const TOKEN_DEADLINE_MS = 15_000;
