import type { IncomingMessage } from 'node:http';
import type { Fault } from '../fault.js';
import { authorize } from './authorization-endpoint.js';
import { authenticateClient } from './client-authentication.js';
import type { SimulatedClient } from './client.js';
import { listClients } from './client-list.js';
import { serverMetadata } from './discovery-document.js';
import { publicKeys } from './id-token.js';
import { manageClient } from './management-endpoint.js';
import type { Premises } from './premises.js';
import { Refusal } from './refusal.js';
import { registerClient } from './registration-endpoint.js';
import type { Answer } from './registration-endpoint.js';
import { introspect, revoke } from './token-care.js';
import { answerTokenRequest } from './token-endpoint.js';

/** One request, read. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
  readonly sent: string;
  readonly twist: Fault | undefined;
}

/** Finds the endpoint by path and has it answer. @throws Refusal */
export async function answerAt(premises: Premises, asked: Asked): Promise<Answer> {
  const { request, pathname, searchParams, sent, twist } = asked;
  const form = new URLSearchParams(sent);
  switch (pathname) {
    case '/.well-known/oauth-authorization-server':
      return { status: 200, body: serverMetadata(premises) };
    case '/.well-known/openid-configuration':
      if (premises.behaviour.openidConfiguration) return { status: 200, body: serverMetadata(premises) };
      throw new Refusal(404, 'not_found', 'There is no OpenID Provider here.');
    case '/jwks':
      return { status: 200, body: await publicKeys() };
    case '/auth':
      return { status: 302, headers: { location: authorize(premises, searchParams) } };
    case '/token':
      return answerToken(premises, request, form);
    case '/revoke':
      revoke(premises, await authenticateClient(premises, request, form), form);
      return { status: 200 };
    case '/introspect':
      return { status: 200, body: introspect(premises, await authenticateClient(premises, request, form), form) };
  }
  const id = clientIdOf(pathname, searchParams);
  if (id !== undefined) return manageClient(premises, request, id, sent, twist);
  if (pathname !== '/reg') throw new Refusal(404, 'not_found', 'There is nothing here.');
  if (request.method === 'GET' && premises.behaviour.managementAuth === 'admin') return listClients(premises, request, searchParams);
  if (request.method !== 'POST') throw new Refusal(405, 'method_not_allowed', 'Clients are registered by POST.', { allow: 'POST' });
  return registerClient(premises, request, sent, twist);
}

async function answerToken(premises: Premises, request: IncomingMessage, form: URLSearchParams): Promise<Answer> {
  const { site } = premises;
  const count = (client: SimulatedClient, issued: boolean): void => {
    site.ledger.tokenRequested(site, client.id, issued);
  };
  const client = await authenticateClient(premises, request, form, (refused) => {
    count(refused, false);
  });
  try {
    const body = await answerTokenRequest(premises, client, form);
    count(client, true);
    return { status: 200, body, headers: { pragma: 'no-cache' } };
  } catch (error) {
    count(client, false);
    throw error;
  }
}

/** Both forms of registration_client_uri are understood, whichever is given out. */
function clientIdOf(pathname: string, query: URLSearchParams): string | undefined {
  if (pathname.startsWith('/reg/')) return decodeURIComponent(pathname.slice('/reg/'.length));
  return pathname === '/reg' ? (query.get('client_id') ?? undefined) : undefined;
}
