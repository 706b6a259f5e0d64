import type { Transaction } from '@registrar/database';

export interface Promoted {
  readonly registrationId: string;
  /** The client that it has from now on, where that is another one. */
  readonly clientId?: string;
}

/**
 * Told which registrations got a new current credential, in the transaction that gives it to them and before their own rows are
 * written. @returns when each is to be rotated next; null: never.
 */
export type OnPromoted = (tx: Transaction, promoted: readonly Promoted[], now: Date) => Promise<ReadonlyMap<string, Date | null>>;
