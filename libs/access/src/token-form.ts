import { crc32 } from 'node:zlib';
import { Secret } from '@registrar/secret';
import { randomText } from '@registrar/vault';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What is presented to be let in: a prefix, 43 base62 characters (256 bits), 6 base62 characters of CRC32 over those. */
export class TokenForm {
  readonly #form: RegExp;

  constructor(private readonly prefix: string) {
    this.#form = new RegExp(`^${prefix}_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$`);
  }

  make(): Secret {
    const random = randomText(43);
    return Secret.of(`${this.prefix}_${random}${checksum(random)}`);
  }

  /** Whether the text can be one at all: a typo is known by the checksum, without a look-up. */
  fits(token: Secret): boolean {
    const [, random, sum] = this.#form.exec(token.expose()) ?? [];
    return random !== undefined && checksum(random) === sum;
  }
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
