import type { Clock } from '@registrar/clock';
import type { Outbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import type { Exchange } from './exchange.js';
import { sendManaged, type ManagedClient, type ManagementCall } from './managed-client.js';
import type { UpdateDocument } from './update-document.js';

/** What every request about a managed client takes. */
export interface ManagementRequest extends Pick<ManagementCall, 'deadlineMs' | 'partition' | 'watch'> {
  /** Where one was sent with the registration: an update holds every member that it had (RFC 7592 section 2.2, RFC 7591 section 2.3). */
  readonly softwareStatement?: Secret;
}

/** One update to send. */
export interface UpdateRequest extends ManagementRequest {
  readonly update: UpdateDocument;
  /** The strong ETag of the representation that the update was made from, where the server gave one (B-15). */
  readonly ifMatch?: string;
}

/**
 * The client read request of RFC 7592 section 2.1. Not harmless everywhere: some servers replace the token and the secret (B-02), so
 * it is journaled like an update.
 */
export function readClient(outbound: Outbound, clock: Clock, managed: ManagedClient, request: ManagementRequest): Promise<Exchange> {
  return sendManaged(outbound, clock, managed, { method: 'GET', ...only(request) });
}

/** The client update request of section 2.2: a full replacement, made by `updateDocument` (B-04), with the statement to the letter. */
export function updateClient(outbound: Outbound, clock: Clock, managed: ManagedClient, request: UpdateRequest): Promise<Exchange> {
  const headers = { 'content-type': 'application/json', ...(request.ifMatch === undefined ? {} : { 'if-match': request.ifMatch }) };
  return sendManaged(outbound, clock, managed, { method: 'PUT', headers, body: bodyOf(request), ...only(request) });
}

/** The client delete request of section 2.3. Sent again after a lost answer it does no harm (K-46). */
export function deleteClient(outbound: Outbound, clock: Clock, managed: ManagedClient, request: ManagementRequest): Promise<Exchange> {
  return sendManaged(outbound, clock, managed, { method: 'DELETE', ...only(request) });
}

const only = ({ deadlineMs, partition, watch }: ManagementRequest) => ({ deadlineMs, partition, ...(watch && { watch }) });

function bodyOf({ update, softwareStatement }: UpdateRequest): Secret {
  if (!softwareStatement) return update.body;
  const members = JSON.parse(update.body.expose()) as Record<string, unknown>;
  return Secret.of(JSON.stringify({ ...members, software_statement: softwareStatement.expose() }));
}
