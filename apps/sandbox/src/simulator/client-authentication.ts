import type { IncomingMessage } from 'node:http';
import type { SimulatedClient } from './client.js';
import { assertionSubject, verifyAssertion } from './client-assertion.js';
import type { Premises } from './premises.js';
import { badClient } from './refusal.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

interface Shown {
  readonly method: string;
  readonly clientId: string;
  /** The secret or the assertion; empty for a public client. */
  readonly proof: string;
}

/**
 * RFC 6749 section 2.3, RFC 7521 section 4.2: before anything else is looked at, whoever asks proves to be a client, in the way that it
 * registered for. @throws Refusal 401 `invalid_client`
 * @param refused hears which client it was that failed to
 */
export async function authenticateClient(
  premises: Premises,
  request: IncomingMessage,
  form: URLSearchParams,
  refused: (client: SimulatedClient) => void = () => undefined,
): Promise<SimulatedClient> {
  const shown = whatIsShown(request, form);
  const client = find(premises, shown.clientId);
  try {
    if (premises.behaviour.deniesEverybody) throw badClient('The client is unknown.');
    if (!client) throw badClient('The client is unknown.');
    await prove(premises, client, shown);
    return client;
  } catch (error) {
    if (client) {
      client.history.refused_authentications += 1;
      refused(client);
    }
    throw error;
  }
}

function whatIsShown(request: IncomingMessage, form: URLSearchParams): Shown {
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  const named = form.get('client_id');
  if ([basic, assertion, secret].filter((way) => way !== undefined && way !== null).length > 1)
    throw badClient('A client authenticates in one way only.');
  if (basic !== undefined) {
    const pair = Buffer.from(basic, 'base64').toString();
    const at = pair.indexOf(':');
    if (at === -1) throw badClient('The Authorization header has no colon.');
    return { method: 'client_secret_basic', clientId: formDecoded(pair.slice(0, at)), proof: formDecoded(pair.slice(at + 1)) };
  }
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) throw badClient('The type of the assertion is unknown.');
    const clientId = assertionSubject(assertion);
    if (named !== null && named !== clientId) throw badClient('client_id and assertion are not of one client.');
    return { method: 'private_key_jwt', clientId, proof: assertion };
  }
  if (secret !== null) return { method: 'client_secret_post', clientId: named ?? '', proof: secret };
  return { method: 'none', clientId: named ?? '', proof: '' };
}

function find(premises: Premises, clientId: string): SimulatedClient | undefined {
  const fetcher = premises.initialAccess.fetcher();
  return fetcher?.id === clientId ? fetcher : premises.clients.find(clientId);
}

async function prove(premises: Premises, client: SimulatedClient, { method, proof }: Shown): Promise<void> {
  // Only the client that fetches initial access tokens has no method of its own: it may show its secret either way.
  if (client.method !== undefined && client.method !== method) throw badClient(`The client is registered for ${client.method}.`);
  if (method === 'private_key_jwt') await verifyAssertion(premises, client, proof);
  else if (method !== 'none' && !client.acceptsSecret(proof, premises.now())) throw badClient('The secret is wrong or over.');
  else if (method === 'none' && client.method !== 'none') throw badClient('The client has shown nothing.');
}

// RFC 6749 appendix B.
function formDecoded(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}
