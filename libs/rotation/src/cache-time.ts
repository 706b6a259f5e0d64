import type { Quirks } from '@registrar/dcr';
import { KEY_SET_MAX_AGE_MS } from '@registrar/keys';

/** How long an EHR may go on with a key set that it fetched: what is known of the server, and never less than we allow it (H-01). */
export function cacheMs({ jwksCacheMs }: Pick<Quirks, 'jwksCacheMs'>): number {
  return Math.max(jwksCacheMs, KEY_SET_MAX_AGE_MS);
}
