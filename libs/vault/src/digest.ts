import { createHash } from 'node:crypto';

/** SHA-256 of a text, as lower-case hex. */
export function digestText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 of bytes that come part by part. */
export class TextDigest {
  readonly #hash = createHash('sha256');

  update(part: Uint8Array): void {
    this.#hash.update(part);
  }

  /** Of all that came, as lower-case hex. Once only. */
  hex(): string {
    return this.#hash.digest('hex');
  }
}
