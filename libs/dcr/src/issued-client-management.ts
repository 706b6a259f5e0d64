import { Secret } from '@registrar/secret';
import { answerFinding } from './issued-client-finding.js';
import type { JsonObject, JsonValue } from './json-value.js';
import type { Finding } from './linter-finding.js';
import { isPrintableUri, managementUriRefusal } from './management-uri.js';

const MAX_TOKEN = 16 * 1024;
const MAX_TOKEN_LIFE_S = 100 * 366 * 86_400;

/** The part of an issued client with which it is managed (RFC 7592 section 3). */
export interface IssuedManagement {
  readonly registrationAccessToken?: Secret;
  readonly registrationAccessTokenExpiresAt?: Date;
  readonly registrationClientUri?: string;
  readonly registrationClientUriUsable: boolean;
}

/**
 * Takes the registration access token and the registration client URI out of an answer (A-37, A-38, U08, U09, K-29 to K-31).
 * A URI is usable only at the very origin of the registration endpoint: everywhere else the token would be given away. Of a client
 * that is managed already, what the answer leaves out stays (B-08), and a URI without a token is not taken: the token that is
 * held came with the other one (B-01).
 */
export function readManagement(
  answer: JsonObject,
  context: { readonly endpoint: string; readonly now: Date; readonly stored?: { readonly registrationClientUri: string } },
  findings: Finding[],
): IssuedManagement {
  const token = readToken(answer['registration_access_token'], findings);
  const said = readUri(answer['registration_client_uri'], context.endpoint, findings);
  const uri = context.stored === undefined ? said : uriThatStays(said, token, context.stored.registrationClientUri, findings);
  if (token === undefined && uri === undefined) findings.push(answerFinding('management.missing'));
  else if (context.stored === undefined && (token === undefined || uri === undefined))
    findings.push(answerFinding('management.incomplete', token === undefined ? 'registration_access_token' : 'registration_client_uri'));
  const expiresAt = token === undefined ? undefined : readLife(answer['registration_access_token_expires_in'], context.now);
  return {
    ...(token === undefined ? {} : { registrationAccessToken: token }),
    ...(expiresAt === undefined ? {} : { registrationAccessTokenExpiresAt: expiresAt }),
    ...(uri === undefined ? {} : { registrationClientUri: uri.href }),
    registrationClientUriUsable: uri?.usable ?? false,
  };
}

interface ReadUri {
  readonly href: string;
  readonly usable: boolean;
}

function uriThatStays(said: ReadUri | undefined, token: Secret | undefined, stored: string, findings: Finding[]): ReadUri {
  if (said === undefined || said.href === stored) return { href: stored, usable: true };
  findings.push(answerFinding(token === undefined ? 'management.uri_without_token' : 'management.uri_changed', 'registration_client_uri'));
  return token === undefined ? { href: stored, usable: true } : said;
}

function readToken(value: JsonValue | undefined, findings: Finding[]): Secret | undefined {
  if (value === undefined || value === null) return undefined;
  // Anything else could not be put into an Authorization header, or would end it and begin another.
  if (typeof value === 'string' && value.length <= MAX_TOKEN && /^[\x21-\x7e]+$/.test(value)) return Secret.of(value);
  findings.push(answerFinding('management.token_unusable', 'registration_access_token'));
  return undefined;
}

function readLife(value: JsonValue | undefined, now: Date): Date | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined;
  return new Date(now.getTime() + Math.floor(Math.min(seconds, MAX_TOKEN_LIFE_S) * 1000));
}

function readUri(value: JsonValue | undefined, endpoint: string, findings: Finding[]): ReadUri | undefined {
  if (value === undefined || value === null) return undefined;
  const say = (id: Parameters<typeof answerFinding>[0]) => findings.push(answerFinding(id, 'registration_client_uri'));
  const absolute = typeof value === 'string' && URL.canParse(value);
  // An absolute one is kept as it was written: parsing would change bytes that the server may compare (RFC 7592 appendix B).
  const href = typeof value !== 'string' || !URL.canParse(value, endpoint) ? undefined : absolute ? value : new URL(value, endpoint).href;
  if (href === undefined || typeof value !== 'string' || !isPrintableUri(value)) {
    say('management.uri_unusable');
    return undefined;
  }
  const refusal = managementUriRefusal(href, endpoint);
  if (refusal !== undefined) say(`management.uri_${refusal}`);
  else if (!absolute) say('management.uri_relative');
  return { href, usable: refusal === undefined };
}
