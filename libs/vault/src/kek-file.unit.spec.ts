import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyEncryptionKey } from './kek-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'registrar kek '));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (name: string): string => join(folder, name, 'kek');
const required = { createIfMissing: false };
const made = { createIfMissing: true };
const problem = (code: string) => expect.objectContaining({ code }) as Error;
const data = () => randomBytes(32);

describe('the key-encryption key in a file (T20)', () => {
  it('is made once: 32 bytes that only its owner may read, and nothing else is left in the folder', () => {
    const first = fileKeyEncryptionKey(file('made'), made);
    expect(statSync(file('made')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file('made'))).toHaveLength(32);
    expect(readdirSync(join(folder, 'made'))).toEqual(['kek']);
    expect(fileKeyEncryptionKey(file('made'), made).id).toBe(first.id);
    expect(fileKeyEncryptionKey(file('made'), required).id).toBe(first.id);
  });

  it('is not made unless asked for', () => {
    expect(() => fileKeyEncryptionKey(file('absent'), required)).toThrow(problem('vault.kek_missing'));
    expect(readdirSync(folder)).not.toContain('absent');
  });

  it.each([0o640, 0o604, 0o660, 0o620, 0o610])('is refused when others may touch it (mode %o)', (mode) => {
    fileKeyEncryptionKey(file('open'), made);
    chmodSync(file('open'), mode);
    expect(() => fileKeyEncryptionKey(file('open'), required)).toThrow(problem('vault.kek_unsafe'));
    chmodSync(file('open'), 0o400);
    expect(fileKeyEncryptionKey(file('open'), required).id).toMatch(/^file:/);
  });

  it.each([0, 31, 33, 64])('is refused when it has %i bytes, and is left as it is', (length) => {
    const path = join(folder, `long-${length}`);
    writeFileSync(path, randomBytes(length), { mode: 0o600 });
    expect(() => fileKeyEncryptionKey(path, made)).toThrow(problem('vault.kek_unsafe'));
    expect(readFileSync(path)).toHaveLength(length);
  });

  it('has an id that names the key and does not tell it', () => {
    const [one, two] = [fileKeyEncryptionKey(file('one'), made), fileKeyEncryptionKey(file('two'), made)];
    expect(one.id).toMatch(/^file:[0-9a-f]{16}$/);
    expect(two.id).not.toBe(one.id);
    expect(readFileSync(file('one')).toString('hex')).not.toContain(one.id.slice(5));
  });

  it('unwraps what it wrapped, under the same words alone', async () => {
    const kek = fileKeyEncryptionKey(file('made'), made);
    const key = data();
    const wrapped = await kek.wrap(key, ['a|b', 'c']);
    expect(wrapped.bytes.includes(key)).toBe(false);
    expect((await kek.unwrap(wrapped, ['a|b', 'c'])).equals(key)).toBe(true);
    await expect(kek.unwrap(wrapped, ['a', 'b|c'])).rejects.toThrow(problem('vault.integrity'));
    const turned = Buffer.from(wrapped.bytes);
    turned[20] = (turned[20] ?? 0) ^ 1;
    await expect(kek.unwrap({ ...wrapped, bytes: turned }, ['a|b', 'c'])).rejects.toThrow(problem('vault.integrity'));
    await expect(kek.unwrap({ ...wrapped, bytes: wrapped.bytes.subarray(0, 20) }, ['a|b', 'c'])).rejects.toThrow(
      problem('vault.integrity'),
    );
  });

  it('says which key is needed where it is the wrong one', async () => {
    const [right, wrong] = [fileKeyEncryptionKey(file('one'), made), fileKeyEncryptionKey(file('two'), made)];
    const wrapped = await right.wrap(data(), []);
    await expect(wrong.unwrap(wrapped, [])).rejects.toMatchObject({
      code: 'vault.kek_wrong',
      message: `The keyring needs the key ${right.id}; this one is ${wrong.id}.`,
    });
  });
});
