import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Premises } from './premises.js';
import { Refusal, refusalBody } from './refusal.js';
import type { Answer } from './registration-endpoint.js';

/** Writes an answer as JSON. */
export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { 'cache-control': 'no-store', ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Writes a refusal as this product writes it: the token endpoint speaks RFC 6749 everywhere, registration need not. */
export function refuse(premises: Premises, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!(error instanceof Refusal)) process.stderr.write(`sandbox ${premises.site.issuer}: ${String(error)}\n`);
  const refusal = error instanceof Refusal ? error : new Refusal(500, 'server_error', 'The simulator failed.');
  const { errorBodies, putErrorBodies } = premises.behaviour;
  const registering = (request.url ?? '').startsWith('/reg');
  const style = request.method === 'PUT' ? (putErrorBodies ?? errorBodies) : errorBodies;
  const { type, text } = refusal.status === 415 ? { type: 'text/plain', text: '' } : refusalBody(refusal, registering ? style : 'json');
  response.writeHead(refusal.status, { 'cache-control': 'no-store', 'content-type': type, ...refusal.headers }).end(text);
}
