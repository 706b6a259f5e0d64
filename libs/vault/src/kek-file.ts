import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
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
  const key = read(path);
  const id = `file:${mac(key, 'registrar/v1 kek id').toString('hex').slice(0, 16)}`;
  return {
    id,
    version: 1,
    wrap: (plain, associated) => Promise.resolve({ kekId: id, kekVersion: 1, bytes: wrap(key, plain, associated) }),
    unwrap: (wrapped, associated) =>
      new Promise((resolve) => {
        resolve(unwrap(key, id, wrapped, associated));
      }),
  };
}

/** Made at once with its mode and synced, so a crash never leaves half a key that later data is wrapped with. */
function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, randomBytes(LENGTH));
    fsyncSync(file);
    closeSync(file);
    chmodSync(path, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function read(path: string): Buffer {
  let mode: number;
  try {
    mode = statSync(path).mode;
  } catch {
    throw vaultProblem('vault.kek_missing', { detail: `There is no key-encryption key at ${path}.` });
  }
  if ((mode & 0o077) !== 0) throw vaultProblem('vault.kek_unsafe', { detail: `Others may read ${path}: give it mode 0600.` });
  const key = readFileSync(path);
  if (key.length !== LENGTH) throw vaultProblem('vault.kek_unsafe', { detail: `${path} holds ${key.length} bytes instead of ${LENGTH}.` });
  return key;
}

function wrap(key: Buffer, plain: Uint8Array, associated: readonly string[]): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  cipher.setAAD(canonicalBytes(associated));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(key: Buffer, id: string, wrapped: WrappedKey, associated: readonly string[]): Buffer {
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
