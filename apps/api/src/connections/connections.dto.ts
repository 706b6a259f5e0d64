import { publicId } from '@registrar/database';
import type { Connection } from '@registrar/ehrs';
import { z } from 'zod';
import { pageQuery } from '../page.dto.js';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';

const externalId = z.string().min(1).max(200).describe("The hospital's practice or organization id at that EHR");

export const newConnection = z.strictObject({ tenant_id: idOf('ten'), ehr_id: idOf('ehr'), external_id: externalId.optional() });
export type NewConnectionBody = z.output<typeof newConnection>;

export const connectionChange = z.strictObject({ external_id: externalId.nullable().optional() });
export type ConnectionChangeBody = z.output<typeof connectionChange>;

export const connectionsQuery = pageQuery.extend({
  tenant_id: idOf('ten').optional(),
  ehr_id: idOf('ehr').optional(),
  external_id: externalId.optional(),
});
export type ConnectionsQuery = z.output<typeof connectionsQuery>;

export const shownConnection = z.object({
  id: shownId('con'),
  tenant_id: shownId('ten'),
  ehr_id: shownId('ehr'),
  external_id: z.string().nullable(),
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export function showConnection(connection: Connection): z.output<typeof shownConnection> {
  return {
    id: publicId('con', connection.id),
    tenant_id: publicId('ten', connection.tenantId),
    ehr_id: publicId('ehr', connection.ehrId),
    external_id: connection.externalId ?? null,
    created_at: connection.createdAt.toISOString(),
    updated_at: connection.updatedAt.toISOString(),
  };
}
