import type { Secret } from './secret.js';

const MAX_LENGTH = 512;
// Control and bidirectional characters could forge a log line or turn a sentence round on a screen.

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/**
 * Foreign words made fit to be stored and shown: the known secrets are cut out (a server may echo what it was sent),
 * control and bidi characters are folded to a space, and at most `maxLength` characters stay (K-55, U14).
 */
export function redactWords(words: string, secrets: readonly Secret[] = [], maxLength = MAX_LENGTH): string {
  let text = words;
  for (const secret of secrets) {
    const plain = secret.expose();
    if (plain.length < 4) continue;
    for (const form of [plain, encodeURIComponent(plain), Buffer.from(plain).toString('base64')])
      text = text.split(form).join('[redacted]');
  }
  text = text.replace(UNPRINTABLE, ' ').trim();
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
