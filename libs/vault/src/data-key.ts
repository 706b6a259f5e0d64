import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/**
 * An opened key of the keyring. Its bytes lie with OpenSSL, outside the JavaScript heap: they print as nothing, go into
 * no JSON and no structured clone, and are overwritten when the last holder lets go of the key.
 */
export class DataKey {
  readonly #key: KeyObject;

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

  /** HMAC-SHA-256 of a message under this key, 32 bytes. */
  mac(message: Uint8Array | string): Buffer {
    return createHmac('sha256', this.#key).update(message).digest();
  }

  /** HKDF-SHA-256 (RFC 5869): key material for one use, named by `info`. */
  derive(salt: Uint8Array, info: string, length: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, salt, info, length));
  }
}
