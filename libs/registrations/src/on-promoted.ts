import type { Transaction } from '@registrar/database';

/** Told which registrations got a new current credential, in the transaction that gave it to them. */
export type OnPromoted = (tx: Transaction, registrationIds: readonly string[], now: Date) => Promise<void>;
