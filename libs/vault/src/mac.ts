import { createHmac, timingSafeEqual } from 'node:crypto';
import { DataKey } from './data-key.js';

/** HMAC-SHA-256, 32 bytes. */
export function mac(key: DataKey | Uint8Array, message: Uint8Array | string): Buffer {
  return key instanceof DataKey ? key.mac(message) : createHmac('sha256', key).update(message).digest();
}

/** Compares two MACs without telling by its time where they differ. */
export function sameMac(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
