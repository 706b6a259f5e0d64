import type { EnteredClient, Simulation } from '../simulation.js';
import type { AuthorizationServer } from '../vendor.js';
import { behaviourSchema } from './behaviour.js';
import { SimulatedClient } from './client.js';
import { fitSecret, renewSecret } from './credentials.js';
import type { Premises } from './premises.js';
import { enter, follow } from './registration-endpoint.js';

/** What a server's administrator can do, for the control port. */
export function administer(premises: Premises): Pick<AuthorizationServer, 'expireSecrets' | 'removeClient' | 'simulation'> {
  return {
    expireSecrets: (clientId) => expireSecrets(premises, clientId),
    removeClient: (clientId) => {
      const client = premises.clients.find(clientId);
      if (client) premises.clients.remove(client, 'administrator', premises.now());
      premises.grants.revokeAll(clientId);
      return client ? 1 : 0;
    },
    simulation: simulate(premises),
  };
}

function simulate(premises: Premises): Simulation {
  return {
    behaviour: () => premises.behaviour,
    change: (change) => {
      premises.behaviour = behaviourSchema.parse({ ...premises.behaviour, ...change });
    },
    mint: (how) => premises.initialAccess.mint(how),
    iatClient: () => premises.initialAccess.client(),
    adminToken: () => (premises.behaviour.managementAuth === 'admin' ? premises.adminToken : undefined),
    enterClient: ({ client_id: id, client_secret: secret, active, metadata }) => {
      const how = { byHand: true, active: active ?? !premises.behaviour.practiceActivation };
      const client = new SimulatedClient(id ?? premises.clients.newId(premises.behaviour.clientIdPrefix), premises.now(), metadata, how);
      if (secret !== undefined) renewSecret(premises, client, secret);
      enter(premises, client);
      return entered(client);
    },
    changeClient: ({ client_id: id, metadata = {}, active, new_secret: newSecret, secret_expires_at: saidEnd }) => {
      const client = premises.clients.find(id);
      if (!client) return undefined;
      client.metadata = { ...client.metadata, ...metadata };
      if (active !== undefined) client.history.active = active;
      fitSecret(premises, client);
      if (newSecret === true) renewSecret(premises, client);
      if (saidEnd !== undefined && client.secret) client.secret.saidEnd = saidEnd;
      follow(premises, client);
      premises.clients.save(client);
      return entered(client);
    },
    keyFetches: () => premises.keys.fetches,
    forgetKeys: () => {
      premises.keys.clear();
    },
    sweep: () => {
      premises.sweep();
    },
  };
}

function entered({ id, secret }: SimulatedClient): EnteredClient {
  return { client_id: id, ...(secret ? { client_secret: secret.value } : {}) };
}

function expireSecrets(premises: Premises, clientId: string | undefined): number {
  const named = [...premises.clients.all()].filter(({ id, secret }) => secret && (clientId === undefined || id === clientId));
  const now = premises.now();
  for (const client of named) {
    for (const secret of client.secrets) {
      secret.endsAt = Math.min(secret.endsAt ?? now, now);
      secret.record.ends_at = new Date(secret.endsAt).toISOString();
    }
    premises.clients.save(client);
  }
  return named.length;
}
