import { publicId, type WorkActor } from '@registrar/database';
import type { CertifiedRegistration } from './certificate-facts.repository.js';
import type { LeavingTenant } from './leaving-tenant.repository.js';
import type { Offboarding } from './offboarding.js';

export const CERTIFICATE_TYPE = 'offboarding-certificate+jws';
export const SHREDDING_TYPE = 'shredding-certificate+jws';

/** The text of the certificate: what was deleted and confirmed when, what was not, and until when backups may hold the keys. */
export function certificateText(
  workspaceId: string,
  tenant: LeavingTenant,
  offboarding: Offboarding,
  facts: readonly CertifiedRegistration[],
  keyringRetentionDays: number,
  now: Date,
): string {
  const clients = facts.flatMap((fact) => fact.clients);
  const left = facts.flatMap((fact) => fact.residue);
  return JSON.stringify({
    type: 'registrar/offboarding-certificate/v1',
    workspace_id: publicId('ws', workspaceId),
    tenant: { id: publicId('ten', tenant.id), name: tenant.name, external_id: tenant.externalId },
    asked_by: actorOf(offboarding.requestedBy),
    asked_at: offboarding.createdAt.toISOString(),
    effective_at: offboarding.effectiveAt.toISOString(),
    began_at: offboarding.startedAt?.toISOString() ?? null,
    ended_at: now.toISOString(),
    waiver: offboarding.waiver,
    counts: {
      registrations: facts.length,
      clients_deleted: clients.filter((client) => client.status === 'deleted').length,
      clients_left_to_others: clients.filter((client) => client.status === 'live').length,
      residue: left.length,
    },
    registrations: facts.map((fact) => ({
      id: publicId('reg', fact.registrationId),
      ehr: fact.ehr,
      issuer: fact.issuer,
      environment: fact.environment,
      application: fact.application,
      clients: fact.clients.map((client) => ({
        client_id: client.clientId,
        outcome: OUTCOMES[client.status] ?? client.status,
        at: client.at === null ? null : new Date(client.at).toISOString(),
        shown_by: client.by,
      })),
      residue: fact.residue,
    })),
    keys: {
      state: 'kept until they are shredded, a second step by somebody else',
      keyring_backups_days: keyringRetentionDays,
      says: `Credentials and tokens of this hospital are destroyed in the data. Backups of the data hold them sealed; they cannot be opened any more ${keyringRetentionDays} days after shredding, when the last backup of the keyring is gone.`,
    },
  });
}

/** The text that proves the shredding: which keys are destroyed, and from when on no backup of the keyring holds them. */
export function shreddingText(
  workspaceId: string,
  tenant: LeavingTenant,
  offboarding: Offboarding,
  keyIds: readonly string[],
  actor: WorkActor,
  keyringRetentionDays: number,
  now: Date,
): string {
  return JSON.stringify({
    type: 'registrar/shredding-certificate/v1',
    workspace_id: publicId('ws', workspaceId),
    tenant: { id: publicId('ten', tenant.id), name: tenant.name, external_id: tenant.externalId },
    certificate_sha256: offboarding.certificate?.sha256 ?? null,
    off_boarded_by: actorOf(offboarding.requestedBy),
    shredded_by: actorOf(actor),
    shredded_at: now.toISOString(),
    keys: keyIds,
    keyring_backups_gone_at: new Date(now.getTime() + keyringRetentionDays * 86_400_000).toISOString(),
  });
}

const OUTCOMES: Readonly<Record<string, string>> = {
  deleted: 'deleted',
  orphaned: 'left at the EHR',
  live: 'used by other hospitals',
};

function actorOf({ type, id }: WorkActor) {
  return { type, id: type === 'system' ? id : publicId(type === 'person' ? 'per' : 'key', id) };
}
