import { z } from 'zod';

/** An address on this host: a path, and nothing that a browser would read as another host. */
const LOCAL = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

export const signInQuery = z.strictObject({
  return_to: z.string().max(500).regex(LOCAL, 'a path on this host, e.g. /matrix').default('/').describe('Where to go on afterwards'),
});
export type SignInQuery = z.output<typeof signInQuery>;

/** Providers append members of their own. */
export const callbackQuery = z.looseObject({
  state: z.string().max(200).optional(),
  code: z.string().max(4096).optional(),
  iss: z.string().max(2000).optional(),
  error: z.string().max(200).optional(),
});

export const shownSignIn = z.object({
  by: z.enum(['openid', 'api_key']).describe('openid: send the browser to url; api_key: POST /v1/sessions with a key'),
  url: z.string().nullable().describe('Takes return_to, a path on this host'),
});
