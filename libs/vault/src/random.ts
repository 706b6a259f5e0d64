import { randomBytes as bytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Random bytes of the system's generator. */
export function randomBytes(length: number): Buffer {
  return bytes(length);
}

/** Random base62 text; 43 characters hold 256 bits. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    // 248 is the largest multiple of 62 in a byte: what lies above would favour the first characters.
    for (const byte of bytes(length * 2)) if (byte < 248 && text.length < length) text += BASE62[byte % 62] ?? '';
  }
  return text;
}
