import { Secret } from '@registrar/secret';
import { exportJWK, generateKeyPair } from 'jose';
import { signAssertion } from './client-assertion.js';
import type { ClientAuthentication } from './client-authentication.js';
import type { SigningAlg } from './negotiation-method.js';

/** What a wrong assertion is made of: all as in the right one but the key. */
export interface ControlAssertion {
  readonly audience: string;
  readonly alg: SigningAlg;
  readonly kid: string;
  readonly now: Date;
}

/**
 * The same client with a wrong credential, for the control of a probe: a made-up secret, or an assertion signed by a key that
 * nobody published. A public client has no credential, so its control is a client_id that nobody has.
 * @throws TypeError for `private_key_jwt` without `assertion`.
 */
export async function wrongCredential(right: ClientAuthentication, assertion?: ControlAssertion): Promise<ClientAuthentication> {
  const { method, clientId } = right;
  if (method === 'none') return { method, clientId: `registrar-control-${globalThis.crypto.randomUUID()}` };
  if (method !== 'private_key_jwt') return { method, clientId, secret: Secret.of(`registrar-control-${globalThis.crypto.randomUUID()}`) };
  if (assertion === undefined) throw new TypeError('A wrong assertion takes an audience, an algorithm and a key id');
  const { privateKey } = await generateKeyPair(assertion.alg, { extractable: true });
  const privateJwk = Secret.of(JSON.stringify(await exportJWK(privateKey)));
  return { method, clientId, assertion: (await signAssertion({ ...assertion, clientId, privateJwk })).assertion };
}
