import type { Change } from './change.js';
import { secretOf } from './held-secrets.js';
import { present } from './present.js';
import { without } from './without.js';
import type { Work, WorkClient, WorkCredential } from './work.js';

/** When a secret ends, as a server says it; undefined: the answer does not say. */
export type SaidExpiry = Date | 'never' | undefined;

/** The moment that is stored; undefined where there is none. */
export function endOf(said: SaidExpiry): Date | undefined {
  return said === 'never' ? undefined : said;
}

/**
 * Takes over another expiry of the secret that stays, of whichever credential the server goes by (H-08). What it does not say is
 * as before (B-08), and so is a moment that is over: the server has just shown the secret, and nobody has seen it refused (K-19).
 */
export function adoptExpiry(
  work: Work,
  client: WorkClient,
  said: SaidExpiry,
  now: Date,
): { readonly rows: Pick<Change, 'expiries'>; readonly work: Work } {
  const credential = secretOf(work, client);
  const expiresAt = endOf(said);
  const unchanged = expiresAt?.getTime() === credential?.expiresAt?.getTime();
  if (!credential || said === undefined || unchanged || (expiresAt && expiresAt <= now)) return { rows: {}, work };
  const changed: WorkCredential = { ...without(credential, 'expiresAt'), ...present('expiresAt', expiresAt) };
  const inPlace = (held: WorkCredential | undefined) => (held?.id === changed.id ? changed : held);
  return {
    rows: { expiries: [{ credentialId: credential.id, expiresAt: expiresAt ?? null }] },
    work: {
      ...work,
      ...present('pending', inPlace(work.pending)),
      ...present('current', inPlace(work.current)),
      ...present('previous', inPlace(work.previous)),
    },
  };
}
