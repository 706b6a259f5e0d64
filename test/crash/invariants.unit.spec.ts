import { publicId } from '@registrar/database';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import { accounted, orphansOf } from './accounted.js';
import { lost, unfinished } from './acknowledged.js';
import { audited } from './audited.js';
import type { BookedAttempt, BookedRegistration, Books } from './books.js';
import { digestOf } from './digest.js';
import { doubled } from './doubled.js';
import { fenced } from './fenced.js';
import { controlled, kept, usable, type Held } from './held.js';
import { isolated } from './isolated.js';
import { issuedDigests, plaintext } from './plaintext.js';

const ID = '0197a1b2-0000-7000-8000-000000000001';
const MARKER = publicId('att', ID);
const issued = (text: string) => ({ sha256: digestOf(text), issued_at: '2026-01-01T00:00:00Z', replaced_at: null, ends_at: null });

function client(more: Partial<LedgerEntry> = {}): LedgerEntry {
  const history = {
    ...{ secrets: [issued('the-secret-of-client-1')], registration_access_tokens: [issued('the-token-of-client-1')], keys_seen: [] },
    ...{
      reads: 0,
      updates: 0,
      refused_authentications: 0,
      tokens_revoked: 0,
      deleted_by: null,
      by_hand: false,
      active: true,
      metadata: {},
    },
  };
  return {
    ...{ vendor: 'v', hospital: null, issuer: 'i', client_id: 'c1', client_name: `Care [${MARKER}]`, software_version: null },
    ...{ token_endpoint_auth_method: null, created_at: '', deleted_at: null, secret_expires_at: null, token_requests: 0, tokens_issued: 0 },
    history,
    ...more,
  };
}
const attempt = (more: Partial<BookedAttempt> = {}): BookedAttempt => ({
  ...{ id: ID, kind: 'register', status: 'adopted', marker: MARKER, registrationId: ID, clientId: 'c1', fence: 5 },
  ...more,
});
const registration = (more: Partial<BookedRegistration> = {}): BookedRegistration => ({
  ...{
    id: ID,
    tenantId: 't',
    ehrId: 'e',
    applicationId: 'a',
    status: 'active',
    manageable: 'yes',
    clientRowId: 'row',
    previousClientRowId: null,
  },
  ...{ residue: [], fence: 5 },
  ...more,
});
const books = (more: Partial<Books> = {}): Books => ({
  ...{ attempts: [attempt()], registrations: [registration()], clients: [{ id: 'row', clientId: 'c1', status: 'live' }], staleWrites: 0 },
  operations: [{ id: ID, registrationId: ID, kind: 'register', status: 'succeeded', waiting: null }],
  ...more,
});
const held = (more: Partial<Held> = {}): Held => ({
  ...{ registrationId: ID, clientId: 'c1', registrationAccessToken: digestOf('the-token-of-client-1') },
  ...{ clientSecret: digestOf('the-secret-of-client-1'), kid: null, published: false },
  ...more,
});

describe('I1 ACCOUNTED', () => {
  it('finds nothing where both books agree', () => {
    expect(accounted({ ledger: [client()], books: books(), ledgerAfter: [client()] })).toEqual([]);
  });

  it('holds what the books say against what the servers had afterwards: a client may come in between', () => {
    expect(accounted({ ledger: [], books: books(), ledgerAfter: [client()] })).toEqual([]);
  });

  it('takes a deletion that the servers carried out while the books were read for what it is', () => {
    const [lives, gone] = [client(), client({ deleted_at: '2026-01-01T00:00:00Z' })];
    expect(accounted({ ledger: [lives], books: books(), ledgerAfter: [gone] })).toEqual([]);
    const left = books({
      registrations: [registration({ status: 'deregistered' })],
      clients: [{ id: 'row', clientId: 'c1', status: 'deleted' }],
    });
    expect(accounted({ ledger: [lives], books: left, ledgerAfter: [gone] })).toEqual([]);
  });

  it.each<[string, LedgerEntry[], Partial<Books>]>([
    ['a client without an attempt', [client()], { attempts: [] }],
    ['a client without a marker', [client({ client_name: 'Care' })], {}],
    ['a client whose attempt says that nothing was sent', [client()], { attempts: [attempt({ status: 'not_sent' })] }],
    ['a client that was said to be absent', [client()], { attempts: [attempt({ status: 'resolved_absent' })] }],
    ['an adopted client that no server made', [], {}],
    ['a client that is called deleted and lives', [client()], { clients: [{ id: 'row', clientId: 'c1', status: 'deleted' }] }],
    ['a client in use that is gone', [client({ deleted_at: '2026-01-01T00:00:00Z' })], {}],
    ['a client that is left and that nobody lists', [client()], { registrations: [registration({ status: 'deregistered' })] }],
  ])('finds %s', (_what, ledger, more) => {
    expect(accounted({ ledger, books: books(more), ledgerAfter: ledger }).length).toBeGreaterThan(0);
  });

  it('counts what is listed, and what is listed in vain', () => {
    const unknown = attempt({ status: 'unknown', clientId: null });
    expect(orphansOf({ ledger: [client()], books: books({ attempts: [unknown] }) })).toEqual({ orphans: 1, falsePositives: 0 });
    expect(orphansOf({ ledger: [], books: books({ attempts: [unknown] }) })).toEqual({ orphans: 0, falsePositives: 1 });
  });
});

describe('I2 NO-DOUBLE', () => {
  const other = '0197a1b2-0000-7000-8000-000000000002';
  it.each<[string, Partial<Books>]>([
    ['two registrations of one pair', { registrations: [registration(), registration({ id: other })] }],
    ['two adopted attempts', { attempts: [attempt(), attempt({ id: other })] }],
    ['two attempts that are being sent', { attempts: [attempt({ status: 'sending' }), attempt({ id: other, status: 'sending' })] }],
    ['two rows of a client', { clients: ['row', 'row2'].map((id) => ({ id, clientId: 'c1', status: 'live' as const })) }],
  ])('finds %s', (_what, more) => {
    expect(doubled({ books: books() })).toEqual([]);
    expect(doubled({ books: books(more) })).toHaveLength(1);
  });
});

describe('I3 NO-PLAINTEXT', () => {
  it.each(['{"client_secret":"the-secret-of-client-1"}', 'Bearer the-token-of-client-1', '(1,the-token-of-client-1)'])(
    'finds a secret in %s',
    (text) => {
      const digests = issuedDigests([client()]);
      expect(plaintext([['a row', text]], digests)).toEqual(['a secret stands in a row']);
      expect(plaintext([['a row', text.replaceAll('client-1', 'client-2')]], digests)).toEqual([]);
    },
  );
});

describe('I4 NO-LOST-ACK', () => {
  const acknowledged = [{ registrationId: publicId('reg', ID), operationId: publicId('op', ID) }];
  it('finds what was acknowledged and is not there', () => {
    expect(lost({ books: books() }, acknowledged)).toEqual([]);
    expect(lost({ books: books({ registrations: [] }) }, acknowledged)).toHaveLength(1);
    expect(lost({ books: books({ operations: [] }) }, acknowledged)).toHaveLength(1);
  });

  it.each(['queued', 'running', 'waiting'])('finds what stands still as %s without a word', (status) => {
    const operation = { id: ID, registrationId: ID, kind: 'register', status, waiting: null };
    expect(unfinished({ books: books() })).toEqual([]);
    expect(unfinished({ books: books({ operations: [operation] }) })).toHaveLength(1);
  });
});

describe('I5 CONTROL, I6 USABLE', () => {
  const holdings = (one: Held, more: Partial<BookedRegistration> = {}) => ({
    ledger: [client()],
    registrations: [registration(more)],
    held: [one],
  });
  it('finds nothing where we hold what the server takes', () => {
    expect(controlled(holdings(held()))).toEqual([]);
    expect(usable(holdings(held()))).toEqual([]);
    expect(usable(holdings(held({ kid: 'k', clientSecret: null, published: true })))).toEqual([]);
  });

  it.each([null, digestOf('an older token')])('finds a registration access token that is not the server’s', (registrationAccessToken) => {
    expect(controlled(holdings(held({ registrationAccessToken })))).toHaveLength(1);
    expect(controlled(holdings(held({ registrationAccessToken }), { manageable: 'control_lost' }))).toEqual([]);
  });

  it.each([held({ clientSecret: null }), held({ clientSecret: digestOf('an older secret') }), held({ kid: 'k', published: false })])(
    'finds a current credential that does not work',
    (one) => {
      expect(usable(holdings(one))).toHaveLength(1);
    },
  );
});

describe('I5 where nobody was killed', () => {
  it('finds an answer that came and is not held', () => {
    expect(kept({ ledger: [client()], books: books() })).toEqual([]);
    expect(kept({ ledger: [client()], books: books({ attempts: [attempt({ status: 'unknown' })] }) })).toHaveLength(1);
  });
});

describe('I7 FENCED', () => {
  it('finds a write of a holder that had been replaced, and one of a holder that nobody knows', () => {
    expect(fenced({ books: books() })).toEqual([]);
    expect(fenced({ books: books({ staleWrites: 1 }) })).toHaveLength(1);
    expect(fenced({ books: books({ attempts: [attempt({ fence: 9 })] }) })).toHaveLength(1);
  });
});

describe('I8 AUDIT', () => {
  const rows = ['create', 'start', 'accept', 'prove'].map((event) => ({ subjectId: ID, action: `registration.${event}` }));
  it('finds a chain that does not verify, a change without its row, and a row too many', () => {
    const chains = [{ id: 'chain', ok: true }];
    expect(audited({ books: books() }, { rows, chains })).toEqual([]);
    expect(audited({ books: books() }, { rows, chains: [{ id: 'chain', ok: false }] })).toHaveLength(1);
    expect(audited({ books: books() }, { rows: rows.slice(0, -1), chains })).toHaveLength(1);
    expect(audited({ books: books() }, { rows: [rows[0], ...rows].flatMap((row) => row ?? []), chains })).toHaveLength(1);
  });
});

describe('I9 ISOLATED', () => {
  it('finds what waits at a healthy server beside the sick one, and nothing where the sick one holds nothing', () => {
    const at = (sick: boolean, over: boolean) => ({ registrationId: ID, sick, over });
    expect(isolated([at(true, false), at(false, true)])).toEqual([]);
    expect(isolated([at(true, false), at(false, false)])).toHaveLength(1);
    expect(isolated([at(true, true), at(false, false)])).toEqual([]);
  });
});
