import type { IncomingMessage } from 'node:http';
import type { Premises } from './premises.js';
import type { Answer } from './registration-endpoint.js';

/** The administrator's list, by the beginning of `client_name` (H-30 c2). Secrets are not in it. @throws Refusal 401 */
export function listClients(premises: Premises, request: IncomingMessage, query: URLSearchParams): Answer {
  premises.initialAccess.admitAdmin(request);
  const begins = query.get('q') ?? '';
  const found = [...premises.clients.all()].filter(
    ({ metadata }) => typeof metadata.client_name === 'string' && metadata.client_name.startsWith(begins),
  );
  return {
    status: 200,
    body: found.map(({ id, createdAt, metadata }) => ({ client_id: id, client_id_issued_at: Math.floor(createdAt / 1000), ...metadata })),
  };
}
