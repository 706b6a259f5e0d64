import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { Account, BookedAttempt } from './books.js';
import type { Findings } from './invariant.js';

const MARKER = /att_[0-9a-hjkmnp-tv-z]{26}/g;
/** Statuses in which an attempt accounts for a client that exists. */
const ACCOUNTS = new Set(['sending', 'accepted', 'adopted', 'superseded', 'unknown', 'orphaned', 'deleted']);
/** Of these nobody says that there is a client, or has one. */
const LISTED = new Set(['unknown', 'orphaned']);

/** The attempts whose marker a client of the servers carries. */
export function attemptsOf(entry: LedgerEntry, byMarker: ReadonlyMap<string, BookedAttempt>): readonly BookedAttempt[] {
  const text = `${entry.client_name ?? ''} ${entry.software_version ?? ''} ${JSON.stringify(entry.history?.metadata ?? {})}`;
  return [...new Set(text.match(MARKER) ?? [])].flatMap((marker) => byMarker.get(marker) ?? []);
}

/** I1, in both directions: the servers' clients in our books, and what our books say of clients at the servers. */
export function accounted({ ledger, books, ledgerAfter }: Account): Findings {
  const registering = books.attempts.filter(({ kind }) => kind === 'register');
  const byMarker = new Map(registering.map((attempt) => [attempt.marker, attempt]));
  const known = new Map(ledgerAfter.map((entry) => [entry.client_id, entry]));
  // What the books call live may be deleted before the servers are read again; what had been deleted before they were read may not.
  const goneBefore = new Set(ledger.filter(({ deleted_at }) => deleted_at !== null).map(({ client_id }) => client_id));
  const registrations = new Map(books.registrations.map((one) => [one.id, one]));
  const clients = new Map(books.clients.map((one) => [one.clientId, one]));
  const found: string[] = [];
  for (const entry of ledger) {
    const mine = attemptsOf(entry, byMarker);
    const [attempt] = mine;
    if (!attempt || mine.length > 1) found.push(`client ${entry.client_id} is ${mine.length} attempts of ours`);
    else if (!ACCOUNTS.has(attempt.status)) found.push(`client ${entry.client_id} exists, and its attempt says ${attempt.status}`);
    else if (known.get(entry.client_id)?.deleted_at === null && registrations.get(attempt.registrationId)?.status === 'deregistered') {
      const listed = LISTED.has(attempt.status) || clients.get(entry.client_id)?.status === 'orphaned';
      if (!listed) found.push(`client ${entry.client_id} lives, its registration is gone, and nobody lists it`);
    }
  }
  for (const attempt of registering.filter(({ status }) => status === 'adopted' || status === 'superseded')) {
    const entry = attempt.clientId === null ? undefined : known.get(attempt.clientId);
    if (!entry || !attemptsOf(entry, byMarker).includes(attempt)) found.push(`attempt ${attempt.id} adopted a client that no server made`);
  }
  const referred = new Set(books.registrations.filter(({ status }) => status === 'active').map(({ clientRowId }) => clientRowId));
  for (const client of books.clients) {
    const entry = known.get(client.clientId);
    if (client.status === 'deleted' && entry?.deleted_at === null) found.push(`client ${client.clientId} is called deleted and lives`);
    if (client.status === 'live' && referred.has(client.id) && (!entry || goneBefore.has(client.clientId)))
      found.push(`client ${client.clientId} is called live and is gone`);
  }
  return found;
}

/** What is listed for a person to look for, and whether there is something. */
export function orphansOf({ ledger, books }: Pick<Account, 'ledger' | 'books'>): {
  readonly orphans: number;
  readonly falsePositives: number;
} {
  const listed = books.attempts.filter(({ kind, status }) => kind === 'register' && LISTED.has(status));
  const byMarker = new Map(listed.map((attempt) => [attempt.marker, attempt]));
  const there = new Set(ledger.flatMap((entry) => attemptsOf(entry, byMarker)).map(({ id }) => id));
  return { orphans: there.size, falsePositives: listed.length - there.size };
}
