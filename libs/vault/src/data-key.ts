import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/**
 * An opened key of the keyring. Its bytes lie with OpenSSL, outside the JavaScript heap: they print as nothing, go into
 * no JSON and no structured clone, and are overwritten when the last holder lets go of the key.
 */
export class DataKey {
  readonly #key: KeyObject;
  #sealsLeft = 0;

  private constructor(
    readonly id: string,
    key: KeyObject,
  ) {
    this.#key = key;
  }

  /** Takes over the bytes: the buffer is overwritten. */
  static take(id: string, bytes: Buffer): DataKey {
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return new DataKey(id, key);
  }

  /** Takes over so many seals that the keyring has counted already. */
  allow(seals: number): void {
    this.#sealsLeft += seals;
  }

  /** Takes over those of another opening of the same key. */
  allowThoseOf(other: DataKey): void {
    if (other === this) return;
    this.allow(other.#sealsLeft);
    other.#sealsLeft = 0;
  }

  /** Counts one seal. What goes beyond those that were taken over is made good by the next ones. */
  spend(): void {
    this.#sealsLeft -= 1;
  }

  /** Whether more seals are to be counted in the keyring before it goes on. */
  get spent(): boolean {
    return this.#sealsLeft <= 0;
  }

  /** HMAC-SHA-256 of a message under this key, 32 bytes. */
  mac(message: Uint8Array | string): Buffer {
    return createHmac('sha256', this.#key).update(message).digest();
  }

  /** HKDF-SHA-256 (RFC 5869): key material for one use, named by `info`. */
  derive(salt: Uint8Array, info: string, length: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, salt, info, length));
  }
}
