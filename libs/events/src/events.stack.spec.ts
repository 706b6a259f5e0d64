import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '@registrar/clock';
import { openDatabase, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { EVENT_TYPES, EventLog, type StoredEvent } from './index.js';

const log = new EventLog(new SystemClock(), newId);
let test: TestDatabase;
let database: Database;
let workspaceId: string;
let scope: UnitOfWork;

beforeAll(async () => {
  test = await testDatabase();
  database = await openDatabase({ url: test.databaseUrl, poolSize: 12, applicationName: 'events-test' });
});
beforeEach(async () => {
  workspaceId = newId();
  scope = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' };
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

const subjectId = newId();
function append(tx: Transaction, n: number): Promise<void> {
  log.append(tx, { type: 'registration.active', subject: { type: 'registration', id: subjectId }, data: { n } });
  return Promise.resolve();
}
const read = (after = 0, limit = 1_000): Promise<StoredEvent[]> => database.transaction(scope, (tx) => log.read(tx, after, limit));
const numbers = (events: readonly StoredEvent[]) => events.map((event) => [event.position, event.data['n']]);
/** A promise with its handles. */
function latch(): { readonly reached: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { reached, open };
}
/** Whether a session of ours waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const rows = await test.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'events-test' AND wait_event_type = 'Lock' AND datname = current_database()`,
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('positions', () => {
  it('of two slow transactions stand in the order of the commits: what began first and commits last comes last', async () => {
    const [begun, release] = [latch(), latch()];
    const slow = database.transaction(scope, async (tx) => {
      await append(tx, 1);
      await tx.query('SELECT 1');
      begun.open();
      await release.reached;
    });
    await begun.reached;
    await database.transaction(scope, (tx) => append(tx, 2));
    // A reader comes by in between: it stands at 1 now, and whatever commits later must come behind it.
    expect(numbers(await read())).toEqual([[1, 2]]);
    release.open();
    await slow;
    expect(numbers(await read(1))).toEqual([[2, 1]]);
  });

  it('that are drawn but not committed hold up the next ones: no reader can skip past', async () => {
    const [drawn, release] = [latch(), latch()];
    const first = database.transaction(scope, async (tx) => {
      await append(tx, 1);
      // After the events have their positions, before the commit.
      tx.beforeCommit(3, async () => {
        drawn.open();
        await release.reached;
      });
      await tx.query('SELECT 1');
    });
    await drawn.reached;
    const second = database.transaction(scope, (tx) => append(tx, 2));
    await someoneWaits();
    expect(await read()).toEqual([]);
    release.open();
    await Promise.all([first, second]);
    expect(numbers(await read())).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('have no gap after a rollback', async () => {
    await database.transaction(scope, (tx) => append(tx, 1));
    const failing = database.transaction(scope, async (tx) => {
      await append(tx, 2);
      tx.beforeCommit(3, () => Promise.reject(new Error('too late')));
      await tx.query('SELECT 1');
    });
    await expect(failing).rejects.toThrow('too late');
    await database.transaction(scope, (tx) => append(tx, 3));
    expect(numbers(await read())).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it('are missed by no reader that follows while 150 writers of uneven speed commit', async () => {
    const total = 150;
    const done = new AbortController();
    const seen: StoredEvent[] = [];
    const follow = (async () => {
      for (;;) {
        const last = done.signal.aborted;
        const events = await read(seen.at(-1)?.position ?? 0, 7);
        seen.push(...events);
        if (last && events.length === 0) return;
      }
    })();
    await Promise.all(
      Array.from({ length: total }, (_, n) =>
        database.transaction(scope, async (tx) => {
          await append(tx, n);
          if (n % 3 === 0) await append(tx, n + 1_000);
          await tx.query('SELECT pg_sleep($1)', [((n * 7) % 11) / 1_000]);
        }),
      ),
    );
    done.abort();
    await follow;
    expect(seen.map((event) => event.position)).toEqual(Array.from({ length: total + total / 3 }, (_, index) => index + 1));
    expect(new Set(seen.map((event) => event.data['n'])).size).toBe(total + total / 3);
  });
});

describe('the outgoing log', () => {
  it('keeps events of one transaction in their order, with what a reader needs and no more', async () => {
    const tenantId = newId();
    await database.transaction(scope, async (tx) => {
      await append(tx, 1);
      log.append(tx, { type: 'tenant.created', subject: { type: 'tenant', id: tenantId }, tenantId });
      await tx.query('SELECT 1');
    });
    const events = await read();
    expect(events[1]).toEqual({
      position: 2,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      type: 'tenant.created',
      tenantId,
      subjectType: 'tenant',
      subjectId: tenantId,
      data: {},
      at: expect.any(Date) as Date,
    });
    expect(await read(0, 1)).toHaveLength(1);
    expect(await read(2)).toEqual([]);
  });

  it('shows a workspace its own events, and a principal that is bound to tenants those of them', async () => {
    const [mine, other] = [newId(), newId()];
    await database.transaction(scope, async (tx) => {
      for (const tenantId of [mine, other]) log.append(tx, { type: 'tenant.created', subject: { type: 'tenant', id: tenantId }, tenantId });
      await append(tx, 1);
      await tx.query('SELECT 1');
    });
    const bound = { ...scope, tenantIds: [mine] };
    const seen = await database.transaction(bound, (tx) => log.read(tx, 0, 10));
    expect(seen.map((event) => event.tenantId)).toEqual([mine]);
    const foreign = { ...scope, workspaceId: newId() };
    expect(await database.transaction(foreign, (tx) => log.read(tx, 0, 10))).toEqual([]);
    // What belongs to no tenant may be written by such a principal, another tenant's may not.
    await database.transaction(bound, (tx) => append(tx, 2));
    const stray = database.transaction(bound, (tx) => {
      log.append(tx, { type: 'tenant.created', subject: { type: 'tenant', id: other }, tenantId: other });
      return append(tx, 3);
    });
    await expect(stray).rejects.toMatchObject({ code: '42501' });
    expect((await read()).map((event) => event.position)).toEqual([1, 2, 3, 4]);
  });

  it('what is appended too late to be written is an error, not a silence', async () => {
    const late = database.transaction(scope, async (tx) => {
      await append(tx, 1);
      tx.beforeCommit(3, () => append(tx, 2));
      await tx.query('SELECT 1');
    });
    await expect(late).rejects.toThrow(TypeError);
    expect(await read()).toEqual([]);
  });

  it('is only ever added to by the app’s role', async () => {
    for (const sql of ['UPDATE events SET position = 9', 'DELETE FROM events', 'TRUNCATE events', 'DELETE FROM event_heads'])
      await expect(database.transaction(scope, (tx) => tx.query(sql))).rejects.toMatchObject({ code: '42501' });
  });

  it('has one name for each type, noun.what_happened', () => {
    expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
    for (const type of EVENT_TYPES) expect(type).toMatch(/^[a-z_]+\.[a-z_]+$/);
  });
});
