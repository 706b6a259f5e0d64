import { constants, inflateRawSync } from 'node:zlib';

/** A secret that must not be found anywhere, and what it is. */
export interface Canary {
  readonly name: string;
  /** Bytes where it is no text, e.g. a key. */
  readonly text: string | Buffer;
}

/** Where a secret was found: its name, never its text, and how it was written there. */
export interface Hit {
  readonly canary: string;
  readonly encoding: string;
}

type Write = (bytes: Buffer) => readonly (string | Buffer)[];

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const inForm = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
const inCopy = (text: string) => text.replaceAll('\\', '\\\\');

/** How a text is spelt within another one. */
const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  JSON: inJson,
  'JSON in JSON': (text) => inJson(inJson(text)),
  URL: encodeURIComponent,
  'lower-case URL': (text) => encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase()),
  form: inForm,
  // As PostgreSQL's COPY writes a text, and a JSON document.
  COPY: inCopy,
  'JSON in COPY': (text) => inCopy(inJson(text)),
};

/** What a text may be packed into, at whatever place of a longer one. */
const PACKINGS: Readonly<Record<string, Write>> = {
  'as it is': (bytes) => [bytes],
  base64: inBase64,
  base64url: (bytes) => inBase64(bytes).map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_')),
  hex: (bytes) => [bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
};

/** Every way of writing a secret down that is looked for; each of them also within gzip. */
export const ENCODINGS: readonly string[] = [
  ...Object.keys(SPELLINGS).flatMap((spelling) => Object.keys(PACKINGS).map((packing) => named(spelling, packing))),
  'gzip',
];

/** In each of the three places that a text can have within a longer one; what its neighbours have a part in is left out. */
function inBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.replace(/=+$/, '').slice(offset === 0 ? 0 : offset + 1, -1);
  });
}

function named(spelling: string, packing: string): string {
  if (packing === 'as it is') return spelling;
  return spelling === 'plain' ? packing : `${spelling} in ${packing}`;
}

interface Needle extends Hit {
  readonly bytes: Buffer;
  /** Where in it the window lies by which it is known. */
  readonly anchor: number;
}

const WINDOW = 8;
const BITS = 20;
const MAX_UNPACKED = 64 * 1024 * 1024;

/** Looks for many secrets in many writings at once: one pass over the bytes, however many there are. */
export class Scanner {
  readonly #needles = new Map<number, Needle[]>();
  readonly #known = new Uint8Array(1 << BITS);

  /** @throws Error for a secret of less than eight bytes, which would be found by chance. */
  constructor(canaries: readonly Canary[]) {
    for (const { name, text } of canaries) {
      if (Buffer.byteLength(text) < WINDOW) throw new Error(`${name} is too short to be looked for`);
      for (const [spelling, spell] of Object.entries(SPELLINGS)) {
        const spelt = typeof text === 'string' ? Buffer.from(spell(text)) : text;
        for (const [packing, pack] of Object.entries(PACKINGS))
          for (const written of pack(spelt)) this.#add(name, named(spelling, packing), Buffer.from(written));
      }
    }
  }

  /** Each secret that is there, once for each encoding. */
  find(text: string | Buffer): Hit[] {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const hits = new Map<string, Hit>();
    for (const { canary, encoding } of this.#plain(bytes)) hits.set(`${canary} ${encoding}`, { canary, encoding });
    for (const unpacked of gunzipped(bytes))
      for (const { canary } of this.find(unpacked)) hits.set(`${canary} gzip`, { canary, encoding: 'gzip' });
    return [...hits.values()];
  }

  #add(canary: string, encoding: string, bytes: Buffer): void {
    // In the middle: many tokens begin alike.
    const anchor = (bytes.length - WINDOW) >> 1;
    const key = slotOf(bytes.readUInt32BE(anchor), bytes.readUInt32BE(anchor + 4));
    const there = this.#needles.get(key) ?? [];
    if (there.some((needle) => needle.canary === canary && needle.bytes.equals(bytes))) return;
    this.#needles.set(key, [...there, { canary, encoding, bytes, anchor }]);
    this.#known[key] = 1;
  }

  *#plain(bytes: Buffer): Generator<Needle> {
    let [high, low] = [0, 0];
    for (let end = 0; end < bytes.length; end += 1) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (bytes[end] ?? 0);
      const key = slotOf(high, low);
      if (this.#known[key] === 0) continue;
      for (const needle of this.#needles.get(key) ?? []) {
        const from = end + 1 - WINDOW - needle.anchor;
        if (
          from >= 0 &&
          bytes.compare(needle.bytes, 0, needle.bytes.length, from, Math.min(from + needle.bytes.length, bytes.length)) === 0
        )
          yield needle;
      }
    }
  }
}

function slotOf(high: number, low: number): number {
  return (Math.imul(high, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b)) >>> (32 - BITS);
}

/** What is packed by gzip within the bytes: as they are, in base64, or in hex. */
function gunzipped(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  const streams = [
    ...[...text.matchAll(/\x1f\x8b\x08/g)].map(({ index }) => bytes.subarray(index)),
    ...[...text.matchAll(/H4sI[\w+/-]+/g)].map(([found]) => Buffer.from(found, 'base64')),
    ...[...text.matchAll(/1f8b08[0-9a-f]+/gi)].map(([found]) => Buffer.from(found.slice(0, found.length & ~1), 'hex')),
  ];
  return streams.flatMap((stream) => {
    try {
      // Not gunzip: what follows the stream in a longer text is none of its business.
      return [
        inflateRawSync(stream.subarray(headerLength(stream)), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED }),
      ];
    } catch {
      return [];
    }
  });
}

/** Of a gzip member (RFC 1952 section 2.3). */
function headerLength(stream: Buffer): number {
  const flags = stream[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + stream.readUInt16LE(at);
  for (const text of [8, 16]) if (flags & text) at = stream.indexOf(0, at) + 1;
  return flags & 2 ? at + 2 : at;
}
