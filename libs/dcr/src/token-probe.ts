import type { Clock } from '@registrar/clock';
import type { Outbound } from '@registrar/outbound';
import { callTokenEndpoint, type TokenEndpointCall } from './token-endpoint.js';
import type { TokenOutcome } from './token-endpoint-outcome.js';

/** A proof of a client that cannot ask for a token of its own. */
export interface ProbeRequest extends TokenEndpointCall {
  /** One that is registered, where the server wants it named. */
  readonly redirectUri?: string;
  /** Names Registrar, so that whoever reads the server's log knows what this was. */
  readonly userAgent: string;
}

/** What a probe shows, seen together with its control. */
export type ProbeVerdict = 'client_authentication' | 'inconclusive' | 'refused' | 'unavailable';

/**
 * Asks once for a token with an authorization code that is made up (H-50). Most servers look at the client before the code, so
 * `invalid_grant` hints that the client authenticated; `judgeProbe` says whether it does here.
 */
export function probeAuthentication(outbound: Outbound, clock: Clock, request: ProbeRequest): Promise<TokenOutcome> {
  const form = {
    grant_type: 'authorization_code',
    code: `registrar-probe-${random(16)}`,
    // A server that insists on PKCE would otherwise complain of the form.
    code_verifier: random(32),
    ...(request.redirectUri === undefined ? {} : { redirect_uri: request.redirectUri }),
  };
  return callTokenEndpoint(outbound, clock, request, form, { 'user-agent': request.userAgent });
}

/**
 * `client_authentication` only where the probe answered `invalid_grant` and the control, the same request with a wrong
 * credential, `invalid_client` at the same server: else a server that never looked at the client would pass. `refused`: the
 * server says that this client may not. A granted token proves that anything passes, which proves nothing.
 */
export function judgeProbe(probe: TokenOutcome, control: TokenOutcome): ProbeVerdict {
  if (probe.kind === 'unavailable') return 'unavailable';
  if (probe.kind === 'granted') return 'inconclusive';
  if (probe.error === 'invalid_client' || probe.error === 'unauthorized_client') return 'refused';
  if (probe.error !== 'invalid_grant') return 'inconclusive';
  if (control.kind === 'unavailable') return 'unavailable';
  return control.kind === 'refused' && control.error === 'invalid_client' ? 'client_authentication' : 'inconclusive';
}

const random = (bytes: number) => Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url');
