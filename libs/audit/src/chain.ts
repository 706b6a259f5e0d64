import { canonicalBytes, type DataKey } from '@registrar/vault';
import type { AuditRow } from './audit-entry.js';

/** What the first row of a chain follows. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

/**
 * The MAC that links a row to the one before it: HMAC-SHA-256 over the previous MAC and every column, each before its
 * length. The format is final: chains are not rewritten.
 */
export function linkOf(key: DataKey, prev: Uint8Array, row: AuditRow): Buffer {
  const parts = [
    'registrar/v1 audit',
    Buffer.from(prev).toString('hex'),
    row.chainId,
    String(row.seq),
    row.id,
    row.tenantId ?? '',
    row.at.toISOString(),
    canonicalJson(row.actor),
    row.action,
    row.subjectType,
    row.subjectId,
    row.requestId,
    canonicalJson(row.detail),
    row.keyId,
  ];
  return key.mac(canonicalBytes(parts));
}

/**
 * The value as jsonb will give it back: dates and secrets as their text, nothing undefined, and no character that
 * Postgres refuses, because an entry that cannot be written would take the work that it tells of down with it.
 */
export function storableJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_name, member: unknown) =>
    typeof member === 'string' ? Buffer.from(member).toString().replaceAll('\0', '\ufffd') : member,
  ) as T;
}

/** JSON with sorted members, because the database does not keep their order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
