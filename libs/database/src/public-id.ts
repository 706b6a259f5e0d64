const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PREFIXES = [
  'ws',
  'ten',
  'ehr',
  'as',
  'con',
  'app',
  'rev',
  'reg',
  'cli',
  'cred',
  'jks',
  'op',
  'att',
  'bat',
  'key',
  'iat',
  'sst',
  'pol',
  'rot',
  'apr',
  'rol',
  'orp',
  'aud',
  'evt',
  'per',
  'ses',
  'map',
  'whk',
  'lnk',
] as const;

/** What stands before the underscore of a public id: it names the noun. */
export type IdPrefix = (typeof PREFIXES)[number];
const FORM = new RegExp(`^(${PREFIXES.join('|')})_([0-7][${ALPHABET}]{25})$`);

/** Writes a uuid as a public id: prefix, underscore, 26 characters of lower-case Crockford base32. */
export function publicId(prefix: IdPrefix, uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let place = 0; place < 26; place += 1) {
    text = (ALPHABET[Number(rest & 31n)] ?? '') + text;
    rest >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** Reads a public id of that noun back into its uuid; undefined for anything else. */
export function parsePublicId(prefix: IdPrefix, id: string): string | undefined {
  const match = FORM.exec(id);
  if (match?.[1] !== prefix) return undefined;
  let value = 0n;
  for (const character of match[2] ?? '') value = (value << 5n) | BigInt(ALPHABET.indexOf(character));
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
