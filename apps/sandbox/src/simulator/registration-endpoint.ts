import type { IncomingMessage } from 'node:http';
import type { Fault } from '../fault.js';
import { SimulatedClient } from './client.js';
import type { Wire } from './client.js';
import { clientInformation } from './client-information.js';
import { fitSecret, renewRat } from './credentials.js';
import { acceptMetadata } from './metadata-rules.js';
import type { Premises } from './premises.js';
import { Refusal } from './refusal.js';
import { readMetadata } from './sent-metadata.js';
import { echoed, twisted } from './twist.js';

/** What goes out: a status, a JSON body, headers besides. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 7591 section 3. @throws Refusal */
export function registerClient(premises: Premises, request: IncomingMessage, sent: string, twist: Fault | undefined): Answer {
  const { behaviour, clients } = premises;
  if (behaviour.registration === 'portal') throw new Refusal(404, 'not_found', 'Clients are entered in the portal.');
  const used = premises.initialAccess.admit(request);
  const metadata = acceptMetadata(behaviour, readMetadata(premises, request, sent), premises.product);
  if (twist?.kind === 'echo_secret') throw echoed(request, metadata);
  const known = behaviour.idempotentByMetadata ? sameAs(premises, metadata) : undefined;
  if (known) return { status: 200, body: clientInformation(premises, known, 'create') };
  if (behaviour.maxClients !== null && clients.size >= behaviour.maxClients)
    throw new Refusal(403, 'access_denied', 'The maximum number of clients is reached.');
  const now = premises.now();
  const client = new SimulatedClient(clients.newId(behaviour.clientIdPrefix), now, twisted(twist, metadata), {
    active: !behaviour.practiceActivation,
  });
  enter(premises, client);
  renewRat(premises, client);
  used();
  return {
    status: behaviour.createStatus,
    body: clientInformation(premises, client, 'create'),
    headers: behaviour.locationHeader ? { location: premises.url(`/admin/clients/${client.id}`) } : {},
  };
}

/** Gives it what its method needs, and takes it in. */
export function enter(premises: Premises, client: SimulatedClient): void {
  fitSecret(premises, client);
  follow(premises, client);
  premises.clients.save(client);
}

/** The history names the keys that were seen in the set which the client has now. */
export function follow(premises: Premises, client: SimulatedClient): void {
  const uri = client.metadata.jwks_uri;
  client.history.keys_seen = typeof uri === 'string' ? premises.keys.seen(uri) : [];
}

function sameAs({ clients }: Premises, metadata: Wire): SimulatedClient | undefined {
  const wanted = JSON.stringify(metadata);
  for (const client of clients.all()) if (JSON.stringify(client.metadata) === wanted) return client;
  return undefined;
}
