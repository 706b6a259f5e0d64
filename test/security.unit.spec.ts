import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const text = read('SECURITY.md');
const THREATS = [...text.matchAll(/^\| (T\d+) +\|(.*)\|$/gm)].map(([, id = '', row = '']): [string, string[]] => [
  id,
  [...row.matchAll(/`([^`]+\.spec\.ts)`/g)].map(([, path = '']) => path),
]);

describe('SECURITY.md', () => {
  it.each(THREATS)('%s is shown by tests that are there and name it', (id, paths) => {
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(read(path), path).toMatch(new RegExp(`\\b${id}\\b`));
    }
  });

  it('says of each of the 27 threats what shows it, or that nothing does', () => {
    const shown = THREATS.map(([id]) => id);
    const open = /^No test of this table.*$/m.exec(text)?.[0] ?? '';
    for (let number = 1; number <= 27; number += 1) expect([...shown, ...(open.match(/T\d+/g) ?? [])]).toContain(`T${number}`);
  });

  it('names no test that is not there', () => {
    for (const [, path = ''] of text.matchAll(/`([^`\s]+\.spec\.ts)`/g)) expect(existsSync(join(root, path)), path).toBe(true);
  });
});
