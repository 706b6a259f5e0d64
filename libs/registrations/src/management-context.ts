import type { ManagementContext } from '@registrar/dcr';
import { heldValues } from './held-secrets.js';
import type { ManagedAnswer } from './managed-exchange.js';

/** What the answer about a managed client is read against: the document of its attempt, and the credentials that are held. */
export function managementContext({ work, attempt, client, held }: ManagedAnswer, now: Date): ManagementContext {
  return {
    clientId: client.clientId,
    sent: attempt.metadata,
    registrationEndpoint: work.upstream.endpoints.registration ?? '',
    registrationClientUri: client.management.registrationClientUri ?? '',
    secrets: heldValues(held),
    now,
  };
}
