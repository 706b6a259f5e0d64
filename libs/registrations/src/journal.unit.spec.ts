import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import { describe, expect, it } from 'vitest';
import type { Change } from './change.js';
import { Journal, type WriteChanges } from './journal.js';

const database = {} as Database;
const change = (id: string, workspaceId = 'w1') => ({ registrationId: id, workspaceId }) as Change;

/** A writer that records its groups and takes a turn of the loop for each, as a commit does. */
function recorder(fail: (id: string) => boolean = () => false) {
  const groups: string[][] = [];
  const write: WriteChanges = async (_database, changes) => {
    groups.push(changes.map((one) => one.registrationId));
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (changes.some((one) => fail(one.registrationId))) throw new Error('poisoned');
    return changes.map(() => 'written');
  };
  return { groups, write };
}

describe('Journal', () => {
  it('commits together whatever queued while the last commit ran', async () => {
    const { groups, write } = recorder();
    const journal = new Journal(database, write);
    const first = journal.commit(change('a'));
    await new Promise((resolve) => setTimeout(resolve, 2));
    await Promise.all([first, ...['b', 'c', 'd'].map((id) => journal.commit(change(id)))]);
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('holds back nobody for one bad row', async () => {
    const { groups, write } = recorder((id) => id === 'bad');
    const journal = new Journal(database, write);
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((id) => journal.commit(change(id))));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  });

  it('tells all of a group at once that the database is away (rule 7)', async () => {
    let writes = 0;
    const entry = { kind: 'unavailable', title: 'Away', actor: 'registrar_operator', label: 'Wait' } as const;
    const away = new Problem('database.unavailable', entry);
    const journal = new Journal(database, () => {
      writes += 1;
      return Promise.reject(away);
    });
    const results = await Promise.allSettled(['a', 'b', 'c'].map((id) => journal.commit(change(id))));
    expect(results).toEqual(results.map(() => ({ status: 'rejected', reason: away })));
    expect(writes).toBe(1);
  });

  it('never mixes workspaces in one transaction', async () => {
    const { groups, write } = recorder();
    const journal = new Journal(database, write);
    await Promise.all([journal.commit(change('a', 'w1')), journal.commit(change('b', 'w2'))]);
    expect(groups.map((group) => group.length)).toEqual([1, 1]);
  });

  it('writes a second group beside the first where enough has queued, and never a third', async () => {
    const { groups, write } = recorder();
    const journal = new Journal(database, write, { maxGroup: 2, writers: 2, worthwhile: 2 });
    const first = journal.commit(change('a'));
    await new Promise((resolve) => setTimeout(resolve, 2));
    const rest = ['b', 'c', 'd', 'e', 'f'].map((id) => journal.commit(change(id)));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).toEqual([['a'], ['b', 'c']]);
    expect(await Promise.all([first, ...rest])).toEqual(Array.from({ length: 6 }, () => 'written'));
    expect(groups.flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('leaves what is too little for a group of its own to the next one', async () => {
    const { groups, write } = recorder();
    const journal = new Journal(database, write, { maxGroup: 9, writers: 2, worthwhile: 3 });
    const first = journal.commit(change('a'));
    await new Promise((resolve) => setTimeout(resolve, 2));
    await Promise.all([first, journal.commit(change('b')), journal.commit(change('c'))]);
    expect(groups).toEqual([['a'], ['b', 'c']]);
  });

  it('puts at most its limit into one group', async () => {
    const { groups, write } = recorder();
    const journal = new Journal(database, write, { maxGroup: 2, writers: 1, worthwhile: 8 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => journal.commit(change(id))));
    expect(groups.map((group) => group.length)).toEqual([2, 2, 1]);
  });
});
