import { Secret } from '@registrar/secret';
import { canonicalBytes } from './canonical.js';
import type { DataKey } from './data-key.js';
import type { DataKeys, KeyOwner, KeyPurpose } from './data-keys.js';
import { keyIdOf, openBytes, sealBytes, type EnvelopeBinding } from './envelope.js';
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
  /** Of a Secret: the keyed digest by which a leaked one is matched to its record. */
  readonly fingerprint?: Buffer;
}

/** Seals for one owner without waiting, because its key is already in hand. Made for one piece of work; do not keep it for later ones. */
export interface Sealer {
  /** The data key that it seals by. */
  readonly keyId: string;
  seal(subject: SealSubject, value: Secret | Uint8Array): Sealed;
}

/** Where secrets live. Nothing else in the house sees a data key's bytes. */
export class Vault {
  constructor(
    private readonly keys: DataKeys,
    private readonly cache: KeyCache,
  ) {}

  /** Fetches the owner's key, so that sealing cannot fail later: no seal, no send. Call it outside transactions. */
  async prepare(owner: KeyOwner): Promise<Sealer> {
    let key = await this.#active(owner, 'seal');
    if (key.spent) {
      this.renew(owner);
      key = await this.#active(owner, 'seal');
    }
    const own = await this.auditKey(owner.workspaceId);
    return {
      keyId: key.id,
      seal: (subject, value) => {
        key.spend();
        if (!(value instanceof Secret)) return { keyId: key.id, bytes: sealBytes(key, bindingOf(owner, subject), value) };
        const plain = Buffer.from(value.expose(), 'utf8');
        const bytes = sealBytes(key, bindingOf(owner, subject), plain);
        plain.fill(0);
        return { keyId: key.id, bytes, fingerprint: fingerprintOf(own, value) };
      },
    };
  }

  /** @throws Problem vault.integrity | vault.key_missing */
  async open(owner: KeyOwner, subject: SealSubject, sealed: Uint8Array): Promise<Secret> {
    const plain = await this.openBytes(owner, subject, sealed);
    const secret = Secret.of(plain.toString('utf8'));
    plain.fill(0);
    return secret;
  }

  /** @throws Problem vault.integrity | vault.key_missing */
  async openBytes(owner: KeyOwner, subject: SealSubject, sealed: Uint8Array): Promise<Buffer> {
    const key = await this.#byId(owner.workspaceId, keyIdOf(sealed), 'seal');
    return openBytes(key, bindingOf(owner, subject), sealed);
  }

  /** The keyed digest of a secret of that workspace. Its key outlives every hospital, so a leaked secret is still matched after shredding. */
  async fingerprint(workspaceId: string, value: Secret): Promise<Buffer> {
    return fingerprintOf(await this.auditKey(workspaceId), value);
  }

  /** The key that authenticates the workspace's audit chains; it outlives the shredding of any tenant. */
  auditKey(workspaceId: string): Promise<DataKey> {
    return this.#active({ workspaceId }, 'audit');
  }

  /** An earlier audit key, to verify what it authenticated. @throws Problem vault.key_missing, for a key of another purpose too. */
  auditKeyById(workspaceId: string, id: string): Promise<DataKey> {
    return this.#byId(workspaceId, id, 'audit');
  }

  /** Lets go of a tenant's opened keys, which are shredded: nothing is sealed or opened with them from here any more. */
  forget({ workspaceId, tenantId }: { readonly workspaceId: string; readonly tenantId: string }, keyIds: readonly string[]): void {
    for (const id of [tenantId, ...keyIds]) this.cache.drop(`seal:${workspaceId}:${id}`);
  }

  /**
   * Makes the owner's next data key. What was sealed before still opens. `from`: only where that one is the active key still.
   * @throws Problem vault.key_missing
   */
  async succeed(owner: KeyOwner, from?: string): Promise<void> {
    await this.keys.succeed(owner, from);
    this.renew(owner);
  }

  /** The owner's key is asked for anew, because it has a successor. */
  renew({ workspaceId, tenantId = workspaceId }: KeyOwner): void {
    this.cache.drop(`seal:${workspaceId}:${tenantId}`);
  }

  /** Lets go of every opened key. */
  close(): void {
    this.cache.clear();
  }

  /** The key is remembered under its id too: what was just sealed is opened without asking the key-encryption key again. */
  #active(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey> {
    const { workspaceId, tenantId = workspaceId } = owner;
    return this.cache.get(`${purpose}:${workspaceId}:${tenantId}`, async () => {
      const key = await this.keys.active(owner, purpose);
      const known = await this.cache.get(`${purpose}:${workspaceId}:${key.id}`, () => Promise.resolve(key));
      known.allowThoseOf(key);
      return known;
    });
  }

  #byId(workspaceId: string, id: string, purpose: KeyPurpose): Promise<DataKey> {
    return this.cache.get(`${purpose}:${workspaceId}:${id}`, () => this.keys.byId(workspaceId, id, purpose));
  }
}

function fingerprintOf(key: DataKey, value: Secret): Buffer {
  return key.mac(canonicalBytes(['registrar/v1 fingerprint', value.expose()]));
}

function bindingOf({ workspaceId, tenantId }: KeyOwner, { subjectId, kind, version }: SealSubject): EnvelopeBinding {
  return { workspaceId, subjectId, kind, version, ...(tenantId === undefined ? {} : { tenantId }) };
}
