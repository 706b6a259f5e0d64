import type { Secret } from '@registrar/secret';
import { TokenForm } from './token-form.js';

const FORM = new TokenForm('rs');

/** What a browser holds of a session: the form of an API key with `rs_` in front. */
export function newSessionToken(): Secret {
  return FORM.make();
}

/** Whether the text can be a session's at all; a forged one costs no look-up. */
export function isSessionToken(token: Secret): boolean {
  return FORM.fits(token);
}
