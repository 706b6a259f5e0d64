/** A data key as it lies in the keyring: wrapped by one version of a key-encryption key. */
export interface WrappedKey {
  readonly kekId: string;
  readonly kekVersion: number;
  readonly bytes: Buffer;
}

/** One version of a key-encryption key, as the keyring names it. */
export interface KekVersion {
  readonly id: string;
  readonly version: number;
}

/**
 * A key-encryption key behind whatever holds it: a file, a key management service, a hardware module. `associated` is bound
 * to the wrapping, so a wrapped key cannot be moved. Nothing here may be called inside a database transaction.
 */
export interface KeyEncryptionKey {
  /** Names the key itself, never the way to it, and never holds a secret: `file:…`, `aws-kms:…`, `transit:…`, `pkcs11:…`. */
  readonly id: string;
  /** The version that the next `wrap` takes. @throws Problem vault.kek_unavailable | vault.kek_denied */
  current(): Promise<KekVersion>;
  /** @throws Problem vault.kek_unavailable | vault.kek_denied */
  wrap(key: Uint8Array, associated: readonly string[]): Promise<WrappedKey>;
  /** @throws Problem vault.kek_wrong | vault.integrity | vault.kek_unavailable | vault.kek_denied */
  unwrap(wrapped: WrappedKey, associated: readonly string[]): Promise<Buffer>;
  /** Lets go of what it holds open, if anything; never throws. */
  close?(): Promise<void>;
}
