import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalBytes } from './canonical.js';
import type { DataKey } from './data-key.js';
import { sameMac } from './mac.js';
import { vaultProblem } from './vault.problems.js';

const VERSION = 1;
// AES-256-GCM under a record key of HKDF-SHA-256, which the commitment pins.
const COMMITTING_AES_256_GCM = 1;
const HEADER = 18; // version, algorithm, key id
const SALT = 16;
const COMMITMENT = 32;
const IV = 12;
const TAG = 16;
const KEY = 32;
const FIXED = HEADER + SALT + COMMITMENT + IV;

/** What a sealed value is bound to: the same bytes under any other of these do not open. */
export interface EnvelopeBinding {
  readonly workspaceId: string;
  readonly tenantId?: string;
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
}

/**
 * Seals bytes: version | algorithm | key id | salt | commitment | iv | ciphertext | tag. Each record has its own key,
 * derived from the data key and the salt, so the number of seals under one data key cannot wear it out. GCM alone does not commit to its
 * key: the commitment, derived along with the record key, makes a value open under one data key only.
 */
export function sealBytes(key: DataKey, binding: EnvelopeBinding, plain: Uint8Array): Buffer {
  const header = Buffer.concat([Buffer.from([VERSION, COMMITTING_AES_256_GCM]), uuidBytes(key.id)]);
  const random = randomBytes(SALT + IV);
  const [salt, iv] = [random.subarray(0, SALT), random.subarray(SALT)];
  const record = recordOf(key, salt);
  const cipher = createCipheriv('aes-256-gcm', record.key, iv, { authTagLength: TAG });
  cipher.setAAD(associated(header, binding, key.id));
  const sealed = Buffer.concat([header, salt, record.commitment, iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  record.key.fill(0);
  return sealed;
}

/**
 * Opens what `sealBytes` made, and gives nothing out before all of it is proven.
 * @throws Problem vault.integrity for anything else; it does not say what was wrong.
 */
export function openBytes(key: DataKey, binding: EnvelopeBinding, sealed: Uint8Array): Buffer {
  const blob = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (keyIdOf(blob) !== key.id) throw vaultProblem('vault.integrity');
  const part = (from: number, length: number): Buffer => blob.subarray(from, from + length);
  const record = recordOf(key, part(HEADER, SALT));
  try {
    if (!sameMac(record.commitment, part(HEADER + SALT, COMMITMENT))) throw vaultProblem('vault.integrity');
    const iv = part(FIXED - IV, IV);
    // Without its length given, Node 20 takes a tag of 4 bytes.
    const decipher = createDecipheriv('aes-256-gcm', record.key, iv, { authTagLength: TAG });
    decipher.setAAD(associated(part(0, HEADER), binding, key.id));
    decipher.setAuthTag(blob.subarray(blob.length - TAG));
    const plain = decipher.update(blob.subarray(FIXED, blob.length - TAG));
    decipher.final();
    return plain;
  } catch {
    throw vaultProblem('vault.integrity');
  } finally {
    record.key.fill(0);
  }
}

/** The id of the data key that a sealed value names. @throws Problem vault.integrity */
export function keyIdOf(sealed: Uint8Array): string {
  if (sealed.length < FIXED + TAG || sealed[0] !== VERSION || sealed[1] !== COMMITTING_AES_256_GCM) throw vaultProblem('vault.integrity');
  const hex = Buffer.from(sealed.subarray(2, HEADER)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function recordOf(key: DataKey, salt: Uint8Array): { readonly key: Buffer; readonly commitment: Buffer } {
  const derived = key.derive(salt, 'registrar/v1 record', KEY + COMMITMENT);
  return { key: derived.subarray(0, KEY), commitment: derived.subarray(KEY) };
}

function associated(header: Buffer, binding: EnvelopeBinding, keyId: string): Buffer {
  const { workspaceId, tenantId = '', subjectId, kind, version } = binding;
  return Buffer.concat([header, canonicalBytes(['registrar/v1', workspaceId, tenantId, subjectId, kind, String(version), keyId])]);
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
