import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
/** The sample below is no owner. */
const OWN = join('test', 'cases.unit.spec.ts');
const SPEC = /\.spec\.ts$/;
/** The title of a test that owns a case begins with its id: `[A01] …`. */
const OWNER = /\bit(?:\.each\([^]*?\))?\(\s*['"`]\[([AU]\d\d)\] /g;

function specs(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : specs(path);
    return SPEC.test(entry.name) ? [path] : [];
  });
}

function owners(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of ['apps', 'libs', 'test'].flatMap(specs).filter((path) => path !== OWN))
    for (const [, id = ''] of readFileSync(join(root, file), 'utf8').matchAll(OWNER)) found.set(id, [...(found.get(id) ?? []), file]);
  return found;
}

const ids = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${String(n + 1).padStart(2, '0')}`);

describe('the sixty-five cases of what goes wrong on purpose', () => {
  it('each has exactly one test that begins with its id', () => {
    const found = owners();
    const wanted = [...ids('A', 35), ...ids('U', 30)];
    expect(wanted.filter((id) => !found.has(id))).toEqual([]);
    expect([...found].filter(([, files]) => files.length > 1)).toEqual([]);
    expect([...found.keys()].sort()).toEqual(wanted);
  });

  it('finds one that is missing, and one that is there twice', () => {
    const text = `it('[A01] x', () => {}); it.each([1])('[U30] y', () => {}); // it is about [A02] z`;
    expect([...text.matchAll(OWNER)].map(([, id]) => id)).toEqual(['A01', 'U30']);
  });
});
