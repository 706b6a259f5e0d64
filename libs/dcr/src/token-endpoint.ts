import type { Clock } from '@registrar/clock';
import type { Outbound } from '@registrar/outbound';
import { authenticationParts, authenticationSecrets, type ClientAuthentication } from './client-authentication.js';
import { exchange } from './exchange-send.js';
import { MAX_ANSWER_BYTES } from './strict-json.js';
import { parseToken } from './token-endpoint-answer.js';
import type { TokenOutcome } from './token-endpoint-outcome.js';

/** One request to a token endpoint, whatever the grant. */
export interface TokenEndpointCall {
  readonly endpoint: string;
  readonly authentication: ClientAuthentication;
  readonly deadlineMs: number;
  readonly partition: string;
}

/** A request for a token of the client itself. */
export interface TokenRequest extends TokenEndpointCall {
  /** Space-delimited; required by SMART backend services (F-05). */
  readonly scope?: string;
  /** RFC 8707. */
  readonly resource?: string;
  /** Further parameters of the form that a vendor asks for. */
  readonly extensions?: Readonly<Record<string, string>>;
}

const RESERVED = new Set(['grant_type', 'scope', 'resource', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']);

/** Whether a request sets this parameter itself, so that no extension may have its name. */
export function isTokenParameter(name: string): boolean {
  return RESERVED.has(name);
}

/**
 * Asks for an access token with the client_credentials grant (RFC 6749 section 4.4, F-05). Asking twice does no harm, so the
 * connection is kept alive; nothing is repeated from here, for an assertion is good for one request.
 * @throws TypeError when an extension has the name of a parameter that is set here.
 */
export async function requestToken(outbound: Outbound, clock: Clock, request: TokenRequest): Promise<TokenOutcome> {
  const reserved = Object.keys(request.extensions ?? {}).find(isTokenParameter);
  if (reserved !== undefined) throw new TypeError(`${reserved} is no extension of a token request`);
  return callTokenEndpoint(outbound, clock, request, {
    grant_type: 'client_credentials',
    ...(request.scope === undefined ? {} : { scope: request.scope }),
    ...(request.resource === undefined ? {} : { resource: request.resource }),
    ...request.extensions,
  });
}

/** Posts one form with the client's authentication and reads what comes back. */
export async function callTokenEndpoint(
  outbound: Outbound,
  clock: Clock,
  call: TokenEndpointCall,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenOutcome> {
  const proof = authenticationParts(call.authentication);
  const answer = await exchange(outbound, clock, {
    method: 'POST',
    url: call.endpoint,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers, ...proof.headers },
    body: new URLSearchParams({ ...form, ...proof.form }).toString(),
    deadlineMs: call.deadlineMs,
    maxBytes: MAX_ANSWER_BYTES,
    connection: 'reuse',
    followRedirects: 0,
    partition: call.partition,
  });
  return parseToken(answer, authenticationSecrets(call.authentication));
}
