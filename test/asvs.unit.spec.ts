import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ASVS_LEVELS, faultsIn, itemsIn, summaryOf } from './support/asvs.js';

const root = join(import.meta.dirname, '..');
const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
const table = read('deploy/asvs.md') ?? '';
const items = itemsIn(table);
const chapters = [...table.matchAll(/^## (V\d+ .*)$/gm)].map(([, title = '']) => title);

describe('deploy/asvs.md', () => {
  it('has each item of the levels 1 and 2 once, with its level, and names what is there alone', () => {
    expect([1, 2, 3].map((level) => [...ASVS_LEVELS.values()].filter((each) => each === level).length)).toEqual([70, 183, 92]);
    expect(faultsIn(items, read)).toEqual([]);
    expect(chapters.map((title) => title.split(' ')[0])).toEqual(Array.from({ length: 17 }, (_, index) => `V${index + 1}`));
  });

  it('has no row that is read past', () => {
    expect(table.split('\n').filter((line) => /^\| *\d/.test(line))).toHaveLength(items.length);
  });

  it('stands in SECURITY.md by its sums, and no level is claimed that is not reached', () => {
    const [, block] = /<!-- asvs -->\n([^]*?)<!-- \/asvs -->/.exec(read('SECURITY.md') ?? '') ?? [];
    expect(block?.trim()).toBe(summaryOf(items, chapters));
  });

  it('is called by its right name where something does not hold: SECURITY.md names no item that does', () => {
    const [, words = ''] = /<!-- \/asvs -->\n([^]*)$/.exec(read('SECURITY.md') ?? '') ?? [];
    const named = [...words.matchAll(/\b\d+\.\d+\.\d+\b/g)].map(([id]) => id);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((id) => items.find((item) => item.id === id)?.state !== 'does not hold')).toEqual([]);
  });
});

describe('a table that says what is not so', () => {
  const [first] = items;
  const changed = (more: Partial<(typeof items)[number]>) =>
    faultsIn([{ ...first, ...more } as (typeof items)[number], ...items.slice(1)], read);

  it.each([
    ['an item left out', () => faultsIn(items.slice(1), read), '1.1.1 is missing'],
    ['an item twice', () => faultsIn([...items, ...items.slice(0, 1)], read), '1.1.1 stands 2 times'],
    ['another level', () => changed({ level: 1 }), '1.1.1 is not of level 1'],
    ['a number that the standard does not have', () => changed({ id: '1.1.3' }), '1.1.3 is not of level 2'],
    ['a state of its own', () => changed({ state: 'mostly holds' }), '1.1.1 is mostly holds'],
    ['what is shown by nothing', () => changed({ words: 'surely' }), '1.1.1 is shown by nothing'],
    ['a test that is gone', () => changed({ words: '`test/gone.unit.spec.ts`' }), '1.1.1 names test/gone.unit.spec.ts, which is not there'],
    [
      'a heading that is gone',
      () => changed({ words: '`deploy/README.md`, Gone' }),
      '1.1.1 names “Gone” of deploy/README.md, which is not there',
    ],
  ])('is found: %s', (_what, faults, fault) => {
    expect(faults()).toContain(fault);
  });

  it('claims a level only where all that applies of it holds', () => {
    const all = [...ASVS_LEVELS].map(([id, level]) => ({ id, level, state: 'holds', words: '' }));
    const but = (id: string, state: string) =>
      summaryOf(
        all.map((item) => (item.id === id ? { ...item, state } : item)),
        [],
      );
    expect(summaryOf(all, [])).toMatch(/^Level 2 is reached\./);
    expect(but('5.1.1', 'not applicable')).toMatch(/^Level 2 is reached\./);
    expect(but('5.1.1', 'operator')).toMatch(/^Level 1 is reached, level 2 is not\./);
    expect(but('1.2.1', 'does not hold')).toMatch(/^No level is reached/);
  });
});
