import { Secret } from '@registrar/secret';
import type { JsonObject, JsonValue } from './json-value.js';
import { answerFinding } from './issued-client-finding.js';
import type { Finding } from './linter-finding.js';

const MAX_SECRET = 8192;
const MS_FROM = 1e12;
const LATEST_MS = Date.UTC(9999, 11, 31);

/** The part of an issued client that concerns its secret. */
export interface IssuedSecret {
  readonly clientSecret?: Secret;
  readonly clientSecretExpiresAt?: Date | 'never';
  readonly secretExpiryUnknown: boolean;
}

/**
 * Takes the client secret and its expiry out of an answer (A-32 to A-34, U06, U10, K-18 to K-20). Whatever the expiry says, the
 * secret is kept, byte for byte (U30): it is the only one, and the client exists.
 */
export function readSecret(answer: JsonObject, needed: boolean, now: Date, findings: Finding[]): IssuedSecret {
  const value = answer['client_secret'] ?? undefined;
  if (value === undefined) {
    if (needed) findings.push(answerFinding('secret.missing', 'client_secret'));
    return { secretExpiryUnknown: false };
  }
  if (typeof value !== 'string' || value === '' || value.length > MAX_SECRET || /\p{Surrogate}/u.test(value)) {
    findings.push(answerFinding('secret.unusable', 'client_secret'));
    return { secretExpiryUnknown: false };
  }
  if (!needed) findings.push(answerFinding('secret.unrequested', 'client_secret'));
  const expiry = readExpiry(answer['client_secret_expires_at'], findings);
  if (expiry instanceof Date && expiry.getTime() <= now.getTime())
    findings.push(answerFinding('secret.expired', 'client_secret_expires_at'));
  return {
    clientSecret: Secret.of(value),
    ...(expiry === 'unknown' ? {} : { clientSecretExpiresAt: expiry }),
    secretExpiryUnknown: expiry === 'unknown',
  };
}

/**
 * The same in an answer about a client that is managed already: many servers never show the secret again, so that none is no
 * fault, and an expiry without it is that of the secret which stays; but 0 without it lifts none, for there it may speak of no secret.
 */
export function readSecretAgain(answer: JsonObject, now: Date, findings: Finding[]): IssuedSecret {
  if ((answer['client_secret'] ?? undefined) !== undefined) return readSecret(answer, true, now, findings);
  const value = answer['client_secret_expires_at'] ?? undefined;
  const expiry = value === undefined ? undefined : readExpiry(value, findings);
  return { ...(expiry instanceof Date ? { clientSecretExpiresAt: expiry } : {}), secretExpiryUnknown: false };
}

function readExpiry(value: JsonValue | undefined, findings: Finding[]): Date | 'never' | 'unknown' {
  if (value === undefined || value === null) {
    findings.push(answerFinding('secret.expiry_missing', 'client_secret_expires_at'));
    return 'unknown';
  }
  const number = typeof value === 'string' && /^\d{1,20}(\.\d{1,9})?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && number >= 0) {
    // Seconds reach 1e12 in the year 33658: from there on it is milliseconds.
    const ms = number >= MS_FROM ? number : number * 1000;
    if (number !== value || number >= MS_FROM) findings.push(answerFinding('secret.expiry_form', 'client_secret_expires_at'));
    if (number === 0) return 'never';
    if (ms <= LATEST_MS) return new Date(Math.floor(ms));
  }
  findings.push(answerFinding('secret.expiry_unreadable', 'client_secret_expires_at'));
  return 'unknown';
}
