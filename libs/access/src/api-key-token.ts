import type { Secret } from '@registrar/secret';
import { TokenForm } from './token-form.js';

const FORM = new TokenForm('rk');

/** A new key: `rk_`, 43 base62 characters (256 bits), 6 base62 characters of CRC32 over those. */
export function newApiKeyToken(): Secret {
  return FORM.make();
}

/** Whether the text can be a key at all: a typo is known by the checksum, without a look-up. */
export function isApiKeyToken(token: Secret): boolean {
  return FORM.fits(token);
}
