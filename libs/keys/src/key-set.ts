import { publicId } from '@registrar/database';
import { publicMembers, type PublicJwk } from './public-jwk.js';

/** The URL at which a key set is published. It may stand in a hospital's portal for ten years, so it is stored in full. */
export function keySetUrl(publicUrl: string, keySetId: string): string {
  return `${publicUrl}/jwks/${publicId('jks', keySetId)}`;
}

/** The bytes of a key set document: public members only, in the given order. */
export function keySetDocument(keys: readonly PublicJwk[]): string {
  return JSON.stringify({ keys: keys.map(publicMembers) });
}
