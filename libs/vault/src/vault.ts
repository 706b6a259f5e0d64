import { Secret } from '@registrar/secret';
import type { DataKey, DataKeys, KeyOwner } from './data-keys.js';
import { keyIdOf, openBytes, sealBytes } from './envelope.js';
import type { KeyCache } from './key-cache.js';

/** What a value is sealed under, besides its owner. */
export interface SealSubject {
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
}

export interface Sealed {
  readonly keyId: string;
  readonly bytes: Buffer;
}

/** Seals for one owner without waiting: its key was fetched by `prepare`. Use it at once; do not keep it. */
export interface Sealer {
  seal(subject: SealSubject, value: Secret | Uint8Array): Sealed;
}

/** Where secrets live. Nothing else in the house sees a data key. */
export class Vault {
  constructor(
    private readonly keys: DataKeys,
    private readonly cache: KeyCache,
  ) {}

  /** Fetches the owner's key, so that sealing cannot fail later: no seal, no send. Call it outside transactions. */
  async prepare(owner: KeyOwner): Promise<Sealer> {
    const key = await this.cache.get(`seal:${owner.workspaceId}:${owner.tenantId ?? ''}`, () => this.keys.active(owner, 'seal'));
    return {
      seal: (subject, value) => {
        const plain = value instanceof Secret ? Buffer.from(value.expose(), 'utf8') : value;
        return { keyId: key.id, bytes: sealBytes(key.bytes, key.id, { ...owner, ...subject }, plain) };
      },
    };
  }

  /** @throws Problem vault.integrity | vault.key_missing */
  async open(owner: KeyOwner, subject: SealSubject, sealed: Uint8Array): Promise<Secret> {
    return Secret.of((await this.openBytes(owner, subject, sealed)).toString('utf8'));
  }

  /** @throws Problem vault.integrity | vault.key_missing */
  async openBytes(owner: KeyOwner, subject: SealSubject, sealed: Uint8Array): Promise<Buffer> {
    const keyId = keyIdOf(sealed);
    const key = await this.cache.get(`key:${owner.workspaceId}:${keyId}`, () => this.keys.byId(owner.workspaceId, keyId));
    return openBytes(key.bytes, { ...owner, ...subject }, sealed);
  }

  /** The key that authenticates the workspace's audit chains; it outlives the shredding of any tenant. */
  auditKey(workspaceId: string): Promise<DataKey> {
    return this.cache.get(`audit:${workspaceId}`, () => this.keys.active({ workspaceId }, 'audit'));
  }

  /** An earlier audit key, to verify what it signed. */
  keyById(workspaceId: string, id: string): Promise<DataKey> {
    return this.cache.get(`key:${workspaceId}:${id}`, () => this.keys.byId(workspaceId, id));
  }

  close(): void {
    this.cache.clear();
  }
}
