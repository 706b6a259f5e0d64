import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalBytes } from './canonical.js';
import type { KeyEncryptionKey, WrappedKey } from './kek.js';
import { mac } from './mac.js';
import { vaultProblem } from './vault.problems.js';

const LENGTH = 32;
const IV = 12;
const TAG = 16;

/**
 * The key-encryption key in a file of 32 bytes that only its owner can read. Its id is derived from the key, so a wrong
 * one is known before anything is written.
 * @throws Problem vault.kek_missing | vault.kek_unsafe
 */
export function fileKeyEncryptionKey(path: string, options: { readonly createIfMissing: boolean }): KeyEncryptionKey {
  if (options.createIfMissing) create(path);
  const bytes = read(path);
  const id = `file:${mac(bytes, 'registrar/v1 kek id').toString('hex').slice(0, 16)}`;
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return {
    id,
    current: () => Promise.resolve({ id, version: 1 }),
    wrap: (plain, associated) => Promise.resolve({ kekId: id, kekVersion: 1, bytes: wrap(key, plain, associated) }),
    unwrap: (wrapped, associated) =>
      new Promise((resolve) => {
        resolve(unwrap(key, id, wrapped, associated));
      }),
  };
}

/**
 * Written and synced under another name first, then linked to its own: a crash or a second process at the same moment
 * never leaves half a key, and never replaces one that data is wrapped with already.
 */
function create(path: string): void {
  if (existsSync(path)) return;
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.kek-${randomBytes(8).toString('hex')}`);
  const key = randomBytes(LENGTH);
  try {
    writeSynced(draft, key);
    linkSync(draft, path);
    syncFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    key.fill(0);
    rmSync(draft, { force: true });
  }
}

function writeSynced(path: string, bytes: Buffer): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function read(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    throw vaultProblem('vault.kek_missing', { detail: `There is no key-encryption key that can be read at ${path}.` });
  }
  try {
    const { mode } = fstatSync(file);
    if ((mode & 0o077) !== 0) throw vaultProblem('vault.kek_unsafe', { detail: `Others may read ${path}: give it mode 0600.` });
    const key = readFileSync(file);
    if (key.length !== LENGTH)
      throw vaultProblem('vault.kek_unsafe', { detail: `${path} holds ${key.length} bytes instead of ${LENGTH}.` });
    return key;
  } finally {
    closeSync(file);
  }
}

function wrap(key: KeyObject, plain: Uint8Array, associated: readonly string[]): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  cipher.setAAD(canonicalBytes(associated));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(key: KeyObject, id: string, wrapped: WrappedKey, associated: readonly string[]): Buffer {
  if (wrapped.kekId !== id)
    throw vaultProblem('vault.kek_wrong', { detail: `The keyring needs the key ${wrapped.kekId}; this one is ${id}.` });
  if (wrapped.bytes.length < IV + TAG) throw vaultProblem('vault.integrity');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, wrapped.bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(canonicalBytes(associated));
    decipher.setAuthTag(wrapped.bytes.subarray(-TAG));
    return Buffer.concat([decipher.update(wrapped.bytes.subarray(IV, -TAG)), decipher.final()]);
  } catch {
    throw vaultProblem('vault.integrity');
  }
}
