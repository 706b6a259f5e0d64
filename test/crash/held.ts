import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { IssuedVersion } from '../../apps/sandbox/src/ledger-history.js';
import { attemptsOf } from './accounted.js';
import type { Account, BookedRegistration } from './books.js';
import type { Findings } from './invariant.js';

/** What Registrar holds for one registration, opened: secrets as their SHA-256. */
export interface Held {
  readonly registrationId: string;
  readonly clientId: string;
  readonly registrationAccessToken: string | null;
  readonly clientSecret: string | null;
  /** The current key, and whether it stands in the key set that the client points to. */
  readonly kid: string | null;
  readonly published: boolean;
}

export interface Holdings {
  readonly ledger: readonly LedgerEntry[];
  readonly registrations: readonly BookedRegistration[];
  readonly held: readonly Held[];
}

/** I5: of what is called manageable we hold the registration access token that the server takes. */
export function controlled({ ledger, registrations, held }: Holdings): Findings {
  const known = new Map(ledger.map((entry) => [entry.client_id, entry]));
  const manageable = new Set(registrations.filter((one) => one.manageable === 'yes' && one.status === 'active').map(({ id }) => id));
  return held.flatMap(({ registrationId, clientId, registrationAccessToken }) => {
    const entry = known.get(clientId);
    if (!manageable.has(registrationId) || entry?.deleted_at !== null) return [];
    const good = registrationAccessToken !== null && isValid(entry.history?.registration_access_tokens, registrationAccessToken);
    return good ? [] : [`registration ${registrationId} is called manageable, and its token is not the server's`];
  });
}

/** I6: what is current works. */
export function usable({ ledger, registrations, held }: Holdings): Findings {
  const known = new Map(ledger.map((entry) => [entry.client_id, entry]));
  const holdings = new Map(held.map((one) => [one.registrationId, one]));
  return registrations
    .filter(({ status }) => status === 'active')
    .flatMap(({ id }) => {
      const one = holdings.get(id);
      if (!one) return [`registration ${id} is active and has no current credential`];
      if (one.kid !== null) return one.published ? [] : [`the current key of registration ${id} is not published`];
      const secrets = known.get(one.clientId)?.history?.secrets;
      return one.clientSecret !== null && isValid(secrets, one.clientSecret)
        ? []
        : [`the current secret of registration ${id} is not the server's`];
    });
}

/** What is current, or was replaced and has an end that is known and to come. */
function isValid(versions: readonly IssuedVersion[] | undefined, sha256: string): boolean {
  const version = versions?.find((one) => one.sha256 === sha256);
  if (!version) return false;
  return version.replaced_at === null || (version.ends_at !== null && Date.parse(version.ends_at) > Date.now());
}

/** I5 where nobody was killed: of every client that a server made and answered for we hold something, or it is not called unknown. */
export function kept({ ledger, books }: Pick<Account, 'ledger' | 'books'>): Findings {
  const unknown = books.attempts.filter(({ kind, status }) => kind === 'register' && status === 'unknown');
  const byMarker = new Map(unknown.map((attempt) => [attempt.marker, attempt]));
  return ledger.flatMap((entry) => attemptsOf(entry, byMarker).map(({ id }) => `attempt ${id} was answered, and nothing of it is held`));
}
