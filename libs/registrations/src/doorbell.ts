import type { Transaction } from '@registrar/database';

/** Tells the workers, after the commit, that there is due work. Best effort: the sweeper finds what no bell rang for. */
export class Doorbell {
  constructor(private readonly ring: () => void) {}

  ringAfter(tx: Transaction): void {
    tx.afterCommit(this.ring);
  }
}
