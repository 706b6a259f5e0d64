import { Secret } from '@registrar/secret';
import { canonicalBytes, sameMac, type DataKey } from '@registrar/vault';

/** What a link is authenticated with. */
type MacKey = Pick<DataKey, 'mac'>;

/** What a link stands for; all of it is authenticated. */
export interface LinkClaims {
  readonly workspaceId: string;
  readonly tenantId: string;
  readonly linkId: string;
  /** To the second. */
  readonly expiresAt: Date;
}

const ID_BYTES = 16;
const CLAIM_BYTES = 3 * ID_BYTES + 6;
const MAC_BYTES = 32;
/** 86 bytes in base64url. */
const FORM = /^[\w-]{115}$/;

/** The last part of a link's address: whom it is for and until when, and a MAC over both. Whoever has it may read; keep it like a key. */
export function linkToken(key: MacKey, claims: LinkClaims): Secret {
  const bytes = bytesOf(claims);
  return Secret.of(Buffer.concat([bytes, macOf(key, bytes)]).toString('base64url'));
}

/** @returns undefined for whatever was not made here, or was changed in any place: nothing else is asked about it. */
export function readLinkToken(key: MacKey, token: string): LinkClaims | undefined {
  if (!FORM.test(token)) return undefined;
  const all = Buffer.from(token, 'base64url');
  // The last character of base64url has bits to spare: only the one way to write it counts.
  if (all.length !== CLAIM_BYTES + MAC_BYTES || all.toString('base64url') !== token) return undefined;
  const bytes = all.subarray(0, CLAIM_BYTES);
  if (!sameMac(all.subarray(CLAIM_BYTES), macOf(key, bytes))) return undefined;
  return {
    workspaceId: uuidOf(bytes, 0),
    tenantId: uuidOf(bytes, ID_BYTES),
    linkId: uuidOf(bytes, 2 * ID_BYTES),
    expiresAt: new Date(bytes.readUIntBE(3 * ID_BYTES, 6) * 1_000),
  };
}

function bytesOf({ workspaceId, tenantId, linkId, expiresAt }: LinkClaims): Buffer {
  const ids = [workspaceId, tenantId, linkId].map((id) => Buffer.from(id.replaceAll('-', ''), 'hex'));
  const until = Buffer.alloc(6);
  until.writeUIntBE(Math.floor(expiresAt.getTime() / 1_000), 0, 6);
  return Buffer.concat([...ids, until]);
}

function macOf(key: MacKey, bytes: Buffer): Buffer {
  return key.mac(canonicalBytes(['registrar/v1 link', bytes.toString('hex')]));
}

function uuidOf(bytes: Buffer, from: number): string {
  const hex = bytes.subarray(from, from + ID_BYTES).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
