import { crc32 } from 'node:zlib';
import { Secret } from '@registrar/secret';
import { randomText } from '@registrar/vault';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = /^rk_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** A new key: `rk_`, 43 base62 characters (256 bits), 6 base62 characters of CRC32 over those. */
export function newApiKeyToken(): Secret {
  const random = randomText(43);
  return Secret.of(`rk_${random}${checksum(random)}`);
}

/** Whether the text can be a key at all: a typo is known by the checksum, without a look-up. */
export function isApiKeyToken(token: Secret): boolean {
  const [, random, sum] = FORM.exec(token.expose()) ?? [];
  return random !== undefined && checksum(random) === sum;
}

function checksum(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let place = 0; place < 6; place += 1) {
    text = (ALPHABET[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
