import {
  ownerOf,
  residueOf,
  type EndedBy,
  type Change,
  type ResidueReason,
  type Settled,
  type Step,
  type UpstreamAccess,
  type Work,
  type WorkClient,
  type WorkCredential,
} from '@registrar/registrations';
import { retired } from './retire.step.js';
import { doneChange } from './step-done.js';

/** The credential that ends with this client; undefined where the previous one is of another. */
export function credentialOf(work: Work, client: WorkClient): WorkCredential | undefined {
  const { previous } = work;
  return previous && ownerOf(work, previous)?.id === client.id ? previous : undefined;
}

/** The client that was replaced is gone at the EHR, and its credential here. */
export function gonePredecessor(work: Work, step: Step, access: UpstreamAccess, client: WorkClient, by: EndedBy): Settled {
  return ended(work, step, access, client, { status: 'deleted', by });
}

/** It cannot be deleted from here: the credential is destroyed, and who has to remove the client is said. */
export function leftPredecessor(work: Work, step: Step, access: UpstreamAccess, client: WorkClient, reason: ResidueReason): Settled {
  return ended(work, step, access, client, { status: 'orphaned', by: reason }, reason);
}

function ended(
  work: Work,
  step: Step,
  access: UpstreamAccess,
  client: WorkClient,
  { status, by }: { readonly status: 'deleted' | 'orphaned'; readonly by: string },
  reason?: ResidueReason,
): Settled {
  const credential = credentialOf(work, client);
  const { rows, events } = credential ? retired(work, credential) : { rows: {}, events: [] };
  const entry: Change['audit'][number] = {
    action: `client.${status}`,
    subject: { type: 'registration', id: work.registration.id },
    tenantId: work.tenant.id,
    detail: { client_id: client.clientId, by },
    actor: work.scope.actor,
    requestId: work.scope.requestId,
  };
  return doneChange(work, step, access.clock, {
    rows: { ...rows, changedClients: [{ id: client.id, status, ended: { at: access.clock.now(), by } }] },
    events: [
      ...events,
      // Nobody looks at a registration that is well: who has to act is told.
      ...(reason === undefined
        ? []
        : [
            {
              type: 'client.orphaned' as const,
              subject: { type: 'registration', id: work.registration.id },
              tenantId: work.tenant.id,
              data: { operation_id: work.operation.id, client_id: client.clientId, reason },
            },
          ]),
    ],
    audit: [entry],
    registration: {
      endedClientId: client.id,
      ...(reason === undefined ? {} : { residue: [residueOf(reason, { clientId: client.clientId })] }),
    },
    instead: [],
  });
}
