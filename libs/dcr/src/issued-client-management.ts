import { Secret } from '@registrar/secret';
import { answerFinding } from './issued-client-finding.js';
import type { JsonObject, JsonValue } from './json-value.js';
import type { Finding } from './linter-finding.js';

const MAX_TOKEN = 16 * 1024;
const MAX_URI = 2048;

/** The part of an issued client with which it is managed (RFC 7592 section 3). */
export interface IssuedManagement {
  readonly registrationAccessToken?: Secret;
  readonly registrationClientUri?: string;
  readonly registrationClientUriUsable: boolean;
}

/**
 * Takes the registration access token and the registration client URI out of an answer (A-37, A-38, U08, U09, K-29 to K-31).
 * A URI is usable only at the very origin of the registration endpoint: everywhere else the token would be given away.
 */
export function readManagement(answer: JsonObject, endpoint: string, findings: Finding[]): IssuedManagement {
  const token = readToken(answer['registration_access_token'], findings);
  const uri = readUri(answer['registration_client_uri'], endpoint, findings);
  if (token === undefined && uri === undefined) findings.push(answerFinding('management.missing'));
  else if (token === undefined || uri === undefined)
    findings.push(answerFinding('management.incomplete', token === undefined ? 'registration_access_token' : 'registration_client_uri'));
  return {
    ...(token === undefined ? {} : { registrationAccessToken: token }),
    ...(uri === undefined ? {} : { registrationClientUri: uri.href }),
    registrationClientUriUsable: uri?.usable ?? false,
  };
}

function readToken(value: JsonValue | undefined, findings: Finding[]): Secret | undefined {
  if (value === undefined || value === null) return undefined;
  // Anything else could not be put into an Authorization header, or would end it and begin another.
  if (typeof value === 'string' && value.length <= MAX_TOKEN && /^[\x21-\x7e]+$/.test(value)) return Secret.of(value);
  findings.push(answerFinding('management.token_unusable', 'registration_access_token'));
  return undefined;
}

function readUri(value: JsonValue | undefined, endpoint: string, findings: Finding[]): { href: string; usable: boolean } | undefined {
  if (value === undefined || value === null) return undefined;
  const say = (id: Parameters<typeof answerFinding>[0]) => findings.push(answerFinding(id, 'registration_client_uri'));
  const printable = typeof value === 'string' && value.length <= MAX_URI && /^[\x21-\x7e]+$/.test(value);
  if (!printable || !URL.canParse(value, endpoint)) {
    say('management.uri_unusable');
    return undefined;
  }
  const uri = new URL(value, endpoint);
  const absolute = URL.canParse(value);
  // An absolute one is kept as it was written: parsing would change bytes that the server may compare (RFC 7592 appendix B).
  const href = absolute ? value : uri.href;
  if (!/^https?:$/.test(uri.protocol) || uri.username !== '' || uri.password !== '' || uri.hash !== '') {
    say('management.uri_unusable');
    return { href, usable: false };
  }
  if (uri.origin !== new URL(endpoint).origin) {
    say(uri.protocol === 'http:' ? 'management.uri_plain_http' : 'management.uri_foreign');
    return { href, usable: false };
  }
  if (!absolute) say('management.uri_relative');
  return { href, usable: true };
}
