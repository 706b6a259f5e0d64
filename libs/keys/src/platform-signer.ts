import { calculateJwkThumbprint } from 'jose';
import { deriveSigningKey, type DerivedSigningKey, type PlatformKeys } from '@registrar/vault';
import { keySetDocument } from './key-set.js';
import { publicMembers, type PublicJwk } from './public-jwk.js';
import { signDocument, verifyDocument } from './signed-document.js';

const ALG = 'ES384';
const INFO = 'registrar/v1 platform signature';

/**
 * Signs for the platform itself (ES384), not for one workspace. The key follows from a key of the keyring, and its public
 * half is published at `/jwks/platform`.
 */
export class PlatformSigner {
  #opened: Promise<{ readonly key: DerivedSigningKey; readonly publicJwk: PublicJwk }> | undefined;

  constructor(private readonly platformKeys: PlatformKeys) {}

  /** A JWS in compact form (RFC 7515) over the very bytes of the document; `type` is its `typ`. */
  async sign(type: string, document: string): Promise<string> {
    const { key, publicJwk } = await this.#open();
    return signDocument({ privateJwk: key.privateJwk, alg: ALG, kid: publicJwk['kid'] ?? '', type, document });
  }

  /** @returns the text that was signed here, or undefined where signature, key or type is another. */
  async verify(type: string, jws: string): Promise<string | undefined> {
    return verifyDocument(jws, [(await this.#open()).publicJwk], type);
  }

  /** The document of the published key set (RFC 7517). */
  async keySet(): Promise<string> {
    return keySetDocument([(await this.#open()).publicJwk]);
  }

  #open(): Promise<{ readonly key: DerivedSigningKey; readonly publicJwk: PublicJwk }> {
    this.#opened ??= this.#derive();
    return this.#opened;
  }

  async #derive(): Promise<{ readonly key: DerivedSigningKey; readonly publicJwk: PublicJwk }> {
    const key = deriveSigningKey(await this.platformKeys.key('checkpoint'), INFO);
    const kid = await calculateJwkThumbprint(key.publicJwk);
    return { key, publicJwk: publicMembers({ ...key.publicJwk, kid, alg: ALG, use: 'sig' }) };
  }
}
