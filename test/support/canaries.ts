import { gzipSync } from 'node:zlib';

/** A secret that must not be found anywhere, and what it is. */
export interface Canary {
  readonly name: string;
  readonly text: string;
}

/** The names of the canaries that a text holds, whole or as somebody may have written them down. */
export function canariesIn(text: string, canaries: readonly Canary[]): string[] {
  const lower = text.toLowerCase();
  return canaries
    .filter((canary) => spellings(canary.text).some((spelling) => text.includes(spelling)) || lower.includes(hex(canary.text)))
    .map(({ name }) => name);
}

/** As it is, in JSON, in a URL, and in base64 at each of the three offsets that it can have within a longer text. */
function spellings(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    // What the neighbours on both sides have a part in is left out.
    return encoded.replace(/=+$/, '').slice(offset === 0 ? 0 : offset + 1, -1);
  });
  const url = base64.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_'));
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), gzipSync(secret).toString('base64'), ...base64, ...url];
}

function hex(secret: string): string {
  return Buffer.from(secret).toString('hex');
}
