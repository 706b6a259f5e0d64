import type { IncomingMessage } from 'node:http';
import type { Fault } from '../fault.js';
import type { SimulatedClient, Wire } from './client.js';
import { clientInformation } from './client-information.js';
import { fitSecret, rotate } from './credentials.js';
import { bearerOf } from './initial-access.js';
import { ISSUED_MEMBERS } from './known-members.js';
import { acceptMetadata } from './metadata-rules.js';
import type { Premises } from './premises.js';
import { badToken, Refusal } from './refusal.js';
import { follow } from './registration-endpoint.js';
import type { Answer } from './registration-endpoint.js';
import { readMetadata } from './sent-metadata.js';
import { echoed, twisted } from './twist.js';

const OPERATIONS = { GET: 'read', PUT: 'update', DELETE: 'delete' } as const;

/** RFC 7592 section 2. @throws Refusal 401 for the wrong token, 405 for what the product does not do */
export function manageClient(premises: Premises, request: IncomingMessage, id: string, sent: string, twist: Fault | undefined): Answer {
  const { behaviour } = premises;
  const method = request.method as keyof typeof OPERATIONS;
  if (behaviour.managementAuth === 'none') throw new Refusal(404, 'not_found', 'There is no client management here.');
  if (!(method in OPERATIONS) || !behaviour.management[OPERATIONS[method]])
    throw new Refusal(405, 'method_not_allowed', `${method} is not supported.`, { allow: 'GET' });
  const client = permitted(premises, request, id);
  if (method === 'DELETE') return remove(premises, client);
  if (method === 'GET') return read(premises, client, twist);
  return update(premises, request, client, sent, twist);
}

/** Whose token it is, as the exact client's own (B-01). @throws Refusal */
function permitted(premises: Premises, request: IncomingMessage, id: string): SimulatedClient {
  const { behaviour, clients } = premises;
  const client = clients.find(id);
  if (behaviour.managementAuth === 'admin') {
    premises.initialAccess.admitAdmin(request);
    if (!client) throw new Refusal(404, 'not_found', 'There is no such client.');
    return client;
  }
  const shown = bearerOf(request) ?? '';
  const now = premises.now();
  if (client?.rat?.value === shown && (client.rat.endsAt === null || now < client.rat.endsAt)) return client;
  const owner = clients.ofRat(shown);
  if (owner && owner !== client && behaviour.wrongRatDestroys) owner.dropRat(now);
  throw badToken(behaviour.badRatStatus, 'The registration access token is not this client’s.');
}

function read(premises: Premises, client: SimulatedClient, twist: Fault | undefined): Answer {
  client.history.reads += 1;
  rotate(premises, client, premises.behaviour.readRotates);
  premises.clients.save(client);
  const body = clientInformation(premises, client, 'read');
  return { status: 200, body: twist?.kind === 'another_client_id' ? { ...body, client_id: `${client.id}-other` } : twisted(twist, body) };
}

function update(premises: Premises, request: IncomingMessage, client: SimulatedClient, text: string, twist: Fault | undefined): Answer {
  const sent = readMetadata(premises, request, text);
  if (twist?.kind === 'echo_secret') throw echoed(request, sent);
  checkIssued(premises, client, sent);
  const accepted = acceptMetadata(premises.behaviour, sent, premises.product);
  if (twist?.kind !== 'ignore_change') client.metadata = twisted(twist, accepted);
  client.history.updates += 1;
  const before = client.secret;
  fitSecret(premises, client);
  // A secret that the change itself brought is new already.
  rotate(premises, client, { ...premises.behaviour.putRotates, ...(client.secret === before ? {} : { secret: false }) });
  follow(premises, client);
  premises.clients.save(client);
  const body = clientInformation(premises, client, 'update');
  return { status: 200, body: twist?.kind === 'another_client_id' ? { ...body, client_id: `${client.id}-other` } : body };
}

/** RFC 7592 section 2.2: what must be right in a PUT beside the metadata. */
function checkIssued({ behaviour }: Premises, client: SimulatedClient, sent: Wire): void {
  const issued = ISSUED_MEMBERS.find((name) => name in sent);
  if (issued !== undefined && behaviour.refusesIssuedMembers) throw new Refusal(400, 'invalid_request', `${issued} must not be sent.`);
  if (behaviour.putClientId === 'must_equal' && sent.client_id !== client.id)
    throw new Refusal(400, 'invalid_request', 'client_id is not that of the client.');
  if ('client_secret' in sent) {
    if (behaviour.putSecret === 'forbid') throw new Refusal(403, 'access_denied', 'It is not allowed to choose your own client secret.');
    if (sent.client_secret !== client.secret?.value) throw new Refusal(400, 'invalid_request', 'client_secret is not that of the client.');
  } else if (behaviour.putSecret === 'require' && client.secret) {
    throw new Refusal(400, 'invalid_client_metadata', 'client_secret is required.');
  }
}

function remove(premises: Premises, client: SimulatedClient): Answer {
  const { deleteStatus } = premises.behaviour;
  if (deleteStatus === 405 || deleteStatus === 501) throw new Refusal(deleteStatus, 'unsupported', 'Clients are not deleted here.');
  premises.clients.remove(client, 'client', premises.now());
  premises.grants.revokeAll(client.id);
  return { status: deleteStatus };
}
