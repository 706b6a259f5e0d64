/** A data key as it lies in the keyring: wrapped by one version of a key-encryption key. */
export interface WrappedKey {
  readonly kekId: string;
  readonly kekVersion: number;
  readonly bytes: Buffer;
}

/** A key-encryption key behind whatever holds it. `associated` is bound to the wrapping, so a wrapped key cannot be moved. */
export interface KeyEncryptionKey {
  readonly id: string;
  readonly version: number;
  wrap(key: Uint8Array, associated: readonly string[]): Promise<WrappedKey>;
  /** @throws Problem vault.kek_wrong | vault.integrity */
  unwrap(wrapped: WrappedKey, associated: readonly string[]): Promise<Buffer>;
}
