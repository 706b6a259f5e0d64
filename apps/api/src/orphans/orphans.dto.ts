import { ENVIRONMENTS, publicId } from '@registrar/database';
import type { Orphan, OrphanFilter } from '@registrar/registrations';
import { z } from 'zod';
import { defined } from '../defined.js';
import { pageQuery } from '../page.dto.js';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';
import { evidence } from '../registrations/portal.dto.js';

export const orphansQuery = pageQuery.extend({
  tenant_id: idOf('ten').optional(),
  ehr_id: idOf('ehr').optional(),
  registration_id: idOf('reg').optional(),
});
export type OrphansQuery = z.output<typeof orphansQuery>;

export function filterOf(query: OrphansQuery): OrphanFilter {
  return defined({ tenantId: query.tenant_id, ehrId: query.ehr_id, registrationId: query.registration_id });
}

export const orphanResolution = z.strictObject({
  resolution: z.enum(['absent', 'removed']).describe('There is no such client at the EHR; or it was removed there'),
  evidence,
});
export type OrphanResolutionBody = z.output<typeof orphanResolution>;

export const shownOrphan = z.object({
  id: shownId('orp'),
  kind: z.enum(['client', 'attempt']).describe('A client that is known to be there; or an attempt that may have left one'),
  tenant_id: shownId('ten'),
  ehr_id: shownId('ehr'),
  application_id: shownId('app'),
  registration_id: shownId('reg').describe('The registration that it came from'),
  environment: z.enum(ENVIRONMENTS),
  issuer: z.string().nullable(),
  client_id: z.string().nullable(),
  reason: z.string(),
  since: shownMoment(),
  marker: z.string().nullable().describe('By which the EHR’s administrator finds it'),
  marker_member: z.string().nullable().describe('The member of the metadata that carries the marker'),
  sent_at: shownMoment().nullable(),
  sent_until: shownMoment().nullable().describe('The latest moment at which the EHR may have made it'),
  egress_address: z.string().nullable().describe('The address that Registrar called from'),
  metadata_hash: z.string().nullable().describe('SHA-256 of the document that was sent'),
});

export function showOrphan(orphan: Orphan): z.output<typeof shownOrphan> {
  return {
    id: publicId('orp', orphan.id),
    kind: orphan.kind,
    tenant_id: publicId('ten', orphan.tenantId),
    ehr_id: publicId('ehr', orphan.ehrId),
    application_id: publicId('app', orphan.applicationId),
    registration_id: publicId('reg', orphan.registrationId),
    environment: orphan.environment,
    issuer: orphan.issuer,
    client_id: orphan.clientId,
    reason: orphan.reason,
    since: orphan.since.toISOString(),
    marker: orphan.marker,
    marker_member: orphan.markerMember,
    sent_at: orphan.sentAt?.toISOString() ?? null,
    sent_until: orphan.sentUntil?.toISOString() ?? null,
    egress_address: orphan.localAddress,
    metadata_hash: orphan.metadataDigest,
  };
}
