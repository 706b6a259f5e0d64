import { publicId } from '@registrar/database';
import { publicMembers, type PublicJwk } from './public-jwk.js';

/** How long whoever fetched a key set may keep it, in milliseconds: no rotation waits for less. */
export const KEY_SET_MAX_AGE_MS = 300_000;

/** The URL at which a key set is published. It may stand in a hospital's portal for ten years, so it is stored in full. */
export function keySetUrl(publicUrl: string, keySetId: string): string {
  return `${publicUrl}/jwks/${publicId('jks', keySetId)}`;
}

/** The bytes of a key set document: public members only, in the given order. */
export function keySetDocument(keys: readonly PublicJwk[]): string {
  return JSON.stringify({ keys: keys.map(publicMembers) });
}
