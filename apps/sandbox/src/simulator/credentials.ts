import type { SimulatedClient } from './client.js';
import type { Premises } from './premises.js';

const SECRET_METHODS = ['client_secret_basic', 'client_secret_post'];

/** Gives the client the secret that its method needs, and takes away one that it has no use for. */
export function fitSecret(premises: Premises, client: SimulatedClient): void {
  const { secretForPrivateKeyJwt } = premises.behaviour;
  const needed = SECRET_METHODS.includes(client.method ?? '') || (secretForPrivateKeyJwt && client.method === 'private_key_jwt');
  if (!needed) client.dropSecrets(premises.now());
  else if (!client.secret) renewSecret(premises, client);
}

/** Another secret; the one before ends at once, or with the server's overlap. */
export function renewSecret(premises: Premises, client: SimulatedClient, value?: string): void {
  const { secretLifeMs, clientLifeMs, secretOverlapMs } = premises.behaviour;
  client.giveSecret(premises.now(), secretLifeMs ?? clientLifeMs, secretOverlapMs, value);
}

/** Another registration access token, which is the only one from now on. */
export function renewRat(premises: Premises, client: SimulatedClient): void {
  if (premises.behaviour.managementAuth === 'rat') client.giveRat(premises.now(), premises.behaviour.ratTtlMs);
}

/** What a read or an update replaces at this server (RFC 7592 sections 2.1, 2.2; B-02, B-12). */
export function rotate(premises: Premises, client: SimulatedClient, what: { readonly rat: boolean; readonly secret: boolean }): void {
  const due = premises.now() >= (client.rat?.issuedAt ?? 0) + premises.behaviour.ratRotatesAfterMs;
  if (what.rat && due) renewRat(premises, client);
  if (what.secret && client.secret) renewSecret(premises, client);
}
