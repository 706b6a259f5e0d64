import { Secret } from '@registrar/secret';
import type { Request } from 'express';

/** What is longer is not looked at: an access token is a few KiB at most. */
export const LONGEST_BEARER = 8_192;
const BEARER = /^Bearer +(\S+)$/i;

/** The API key or token that a request presents; undefined for none, and for one over 8 KiB. */
export function bearerOf(request: Request): Secret | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined || authorization.length > LONGEST_BEARER + 'Bearer '.length) return undefined;
  const [, token] = BEARER.exec(authorization) ?? [];
  return token === undefined ? undefined : Secret.of(token);
}
