import { digestOf } from './digest.js';
import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { Findings } from './invariant.js';

const WORD = /[A-Za-z0-9_.~+/-]{16,512}/g;

/** The SHA-256 of everything that the servers issued: the ledger holds no secret either. */
export function issuedDigests(ledger: readonly LedgerEntry[]): ReadonlySet<string> {
  return new Set(
    ledger.flatMap(({ history }) =>
      [...(history?.secrets ?? []), ...(history?.registration_access_tokens ?? [])].map(({ sha256 }) => sha256),
    ),
  );
}

/** I3: each word of the texts that is a secret by its digest. @param texts each with where it was found. */
export function plaintext(texts: Iterable<readonly [where: string, text: string]>, issued: ReadonlySet<string>): Findings {
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const [where, text] of texts) {
    for (const [word] of text.matchAll(WORD)) {
      if (seen.has(word)) continue;
      seen.add(word);
      if (issued.has(digestOf(word))) found.add(`a secret stands in ${where}`);
    }
  }
  return [...found];
}
