import { publicId } from '@registrar/database';
import type { HeldClient, Holding } from '@registrar/links';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';

const shownDocument = z
  .object({ sha256: z.string(), jws: z.string().describe('RFC 7515, compact; ES384'), jwks_uri: z.string().describe('Where its key is') })
  .nullable();

export const shownHolding = z.object({
  hospital: z.object({ id: shownId('ten'), name: z.string(), external_id: z.string().nullable(), status: z.string() }),
  held_by: z.string().describe('Whose applications these are'),
  at: shownMoment(),
  link_expires_at: shownMoment(),
  clients: z.array(
    z.object({
      registration_id: shownId('reg'),
      application: z.string(),
      ehr: z.string(),
      issuer: z.string().nullable(),
      environment: z.string(),
      status: z.string(),
      client_id: z.string().nullable().describe('As the EHR knows it; null where there is none, or none any more'),
      scopes: z.array(z.string()),
      auth_method: z.string().nullable(),
      key_thumbprints: z.array(z.string()).describe('RFC 7638, SHA-256, of the keys in use'),
      last_used_at: shownMoment().nullable(),
      last_rotated_at: shownMoment().nullable(),
      next_rotation_at: shownMoment().nullable(),
      secret_expires_at: shownMoment().nullable(),
      security_contacts: z.array(z.string()),
    }),
  ),
  certificate: shownDocument.describe('Once it was off-boarded: what was deleted and confirmed when'),
  shredding: shownDocument.describe('Once its keys were destroyed: which, and when the last backup of them is gone'),
});
export type ShownHolding = z.output<typeof shownHolding>;

export function showHolding({ hospital, heldBy, at, expiresAt, clients, certificate, shredding }: Holding): ShownHolding {
  return {
    hospital: { id: publicId('ten', hospital.id), name: hospital.name, external_id: hospital.externalId, status: hospital.status },
    held_by: heldBy,
    at: at.toISOString(),
    link_expires_at: expiresAt.toISOString(),
    clients: clients.map(showClient),
    certificate: certificate && { sha256: certificate.sha256, jws: certificate.jws, jwks_uri: certificate.jwksUri },
    shredding: shredding && { sha256: shredding.sha256, jws: shredding.jws, jwks_uri: shredding.jwksUri },
  };
}

function showClient(client: HeldClient): ShownHolding['clients'][number] {
  return {
    registration_id: publicId('reg', client.registrationId),
    application: client.application,
    ehr: client.ehr,
    issuer: client.issuer,
    environment: client.environment,
    status: client.status,
    client_id: client.clientId,
    scopes: [...client.scopes],
    auth_method: client.authMethod,
    key_thumbprints: [...client.keyThumbprints],
    last_used_at: client.lastUsedAt?.toISOString() ?? null,
    last_rotated_at: client.lastRotatedAt?.toISOString() ?? null,
    next_rotation_at: client.nextRotationAt?.toISOString() ?? null,
    secret_expires_at: client.secretExpiresAt?.toISOString() ?? null,
    security_contacts: [...client.securityContacts],
  };
}
