import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal, as the sandbox's ledger has secrets. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
