import type { Transaction } from '@registrar/database';

/** Told of which registration somebody is shown the current secret, in the transaction that notes it. */
export type OnRevealed = (tx: Transaction, registrationId: string, now: Date) => Promise<void>;
