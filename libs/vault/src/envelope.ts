import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { canonicalBytes } from './canonical.js';
import { vaultProblem } from './vault.problems.js';

const VERSION = 1;
const AES_256_GCM = 1;
const HEADER = 18; // version, algorithm, key id
const IV = 12;
const SALT = 16;
const TAG = 16;

/** What a sealed value is bound to: the same bytes under any other of these do not open. */
export interface EnvelopeBinding {
  readonly workspaceId: string;
  readonly tenantId?: string;
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
}

/**
 * Seals bytes: version | algorithm | key id | salt | iv | ciphertext | tag. Each record has its own key, derived from
 * the data key and the salt, so neither the number of seals nor a chosen second key can hurt (GCM does not commit to its key).
 */
export function sealBytes(dataKey: Uint8Array, keyId: string, binding: EnvelopeBinding, plain: Uint8Array): Buffer {
  const [salt, iv] = [randomBytes(SALT), randomBytes(IV)];
  const header = Buffer.concat([Buffer.from([VERSION, AES_256_GCM]), uuidBytes(keyId)]);
  const cipher = createCipheriv('aes-256-gcm', recordKey(dataKey, salt), iv, { authTagLength: TAG });
  cipher.setAAD(Buffer.concat([header, associated(binding, keyId)]));
  return Buffer.concat([header, salt, iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what `sealBytes` made.
 * @throws Problem vault.integrity for anything else; it does not say what was wrong.
 */
export function openBytes(dataKey: Uint8Array, binding: EnvelopeBinding, sealed: Uint8Array): Buffer {
  const blob = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const keyId = keyIdOf(blob);
  const [salt, iv] = [blob.subarray(HEADER, HEADER + SALT), blob.subarray(HEADER + SALT, HEADER + SALT + IV)];
  try {
    const decipher = createDecipheriv('aes-256-gcm', recordKey(dataKey, salt), iv, { authTagLength: TAG });
    decipher.setAAD(Buffer.concat([blob.subarray(0, HEADER), associated(binding, keyId)]));
    decipher.setAuthTag(blob.subarray(blob.length - TAG));
    return Buffer.concat([decipher.update(blob.subarray(HEADER + SALT + IV, blob.length - TAG)), decipher.final()]);
  } catch {
    throw vaultProblem('vault.integrity');
  }
}

/** The id of the data key that a sealed value names. @throws Problem vault.integrity */
export function keyIdOf(sealed: Uint8Array): string {
  if (sealed.length < HEADER + SALT + IV + TAG || sealed[0] !== VERSION || sealed[1] !== AES_256_GCM) throw vaultProblem('vault.integrity');
  const hex = Buffer.from(sealed.subarray(2, HEADER)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function recordKey(dataKey: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, salt, 'registrar/v1 record', 32));
}

function associated(binding: EnvelopeBinding, keyId: string): Buffer {
  const { workspaceId, tenantId = '', subjectId, kind, version } = binding;
  return canonicalBytes(['registrar/v1', workspaceId, tenantId, subjectId, kind, String(version), keyId]);
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
