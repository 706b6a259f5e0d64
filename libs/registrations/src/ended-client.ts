import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { liveClients, withoutClient } from './deregister-steps.js';
import type { Settled } from './managed-exchange.js';
import { residueOf, type ResidueReason } from './residue.js';
import type { Work, WorkClient } from './work.js';

/** What showed that a client is gone: stands with the client, and in an off-boarding's certificate. */
export type EndedBy = 'read' | 'token_endpoint' | 'answer' | 'person';

/** The client is gone at the EHR. */
export function goneClient(work: Work, client: WorkClient, by: EndedBy, now: Date, rows: Partial<Change> = {}): Settled {
  return ended(work, client, { status: 'deleted', ended: { at: now, by } }, { by }, rows);
}

/** The client, or what may be one, stays at the EHR: a person is told what to do. */
export function leftClient(work: Work, client: WorkClient, reason: ResidueReason, now: Date, rows: Partial<Change> = {}): Settled {
  return ended(work, client, { status: 'orphaned', ended: { at: now, by: reason } }, { reason }, rows, reason);
}

function ended(
  work: Work,
  client: WorkClient,
  changed: { readonly status: 'deleted' | 'orphaned'; readonly ended: { readonly at: Date; readonly by: string } },
  detail: Readonly<Record<string, unknown>>,
  rows: Partial<Change>,
  reason?: ResidueReason,
): Settled {
  const standing = withStatus(work, client.id, changed.status);
  const steps = withoutClient(work.operation.steps, liveClients(standing).length > 0);
  const registration = reason === undefined ? {} : { residue: [residueOf(reason, { clientId: client.clientId })] };
  const change = changeOf(
    work,
    { operation: 'running', next: 'keep', steps, tries: 0, registration },
    { ...rows, changedClients: [{ id: client.id, ...changed }] },
  );
  const entry = {
    action: `client.${changed.status}`,
    subject: { type: 'registration', id: work.registration.id },
    tenantId: work.tenant.id,
    detail: { client_id: client.clientId, ...detail },
    actor: work.scope.actor,
    requestId: work.scope.requestId,
  } as const;
  return {
    change: { ...change, audit: [...change.audit, entry] },
    work: { ...standing, taken: true, operation: { ...work.operation, status: 'running', steps, tries: 0 } },
  };
}

function withStatus(work: Work, id: string, status: WorkClient['status']): Work {
  const set = (client: WorkClient | undefined) => (client?.id === id ? { ...client, status } : client);
  const [client, pendingClient, previousClient] = [set(work.client), set(work.pendingClient), set(work.previousClient)];
  return { ...work, ...(client && { client }), ...(pendingClient && { pendingClient }), ...(previousClient && { previousClient }) };
}
