import { expect, it } from 'vitest';
import { generateKeyPair } from './key-pair.js';
import { signDocument, verifyDocument } from './signed-document.js';

it('a signed document is checked with the published key alone, byte for byte and by its kind', async () => {
  const [key, other] = await Promise.all([generateKeyPair('ES384'), generateKeyPair('ES384')]);
  const document = '{"b":1,  "a":"ü"}';
  const jws = await signDocument({ privateJwk: key.privateJwk, alg: key.alg, kid: key.kid, type: 'x+jws', document });
  expect(await verifyDocument(jws, [other.publicJwk, key.publicJwk], 'x+jws')).toBe(document);
  expect(await verifyDocument(jws, [key.publicJwk], 'y+jws')).toBeUndefined();
  expect(await verifyDocument(jws, [other.publicJwk], 'x+jws')).toBeUndefined();
  const [header = '', , signature = ''] = jws.split('.');
  const forged = `${header}.${Buffer.from('{"b":2}').toString('base64url')}.${signature}`;
  expect(await verifyDocument(forged, [key.publicJwk], 'x+jws')).toBeUndefined();
});
