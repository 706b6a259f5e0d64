import { ENVIRONMENTS, publicId } from '@registrar/database';
import { REGISTRATION_ACTIONS, REGISTRATION_STATUSES, type Matrix } from '@registrar/registrations';
import { z } from 'zod';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';

export const matrixQuery = z.strictObject({ application_id: idOf('app'), environment: z.enum(ENVIRONMENTS).optional() });
export type MatrixQuery = z.output<typeof matrixQuery>;

export const shownMatrix = z.object({
  application_id: shownId('app'),
  tenants: z.array(z.object({ id: shownId('ten'), name: z.string(), external_id: z.string().nullable() })),
  ehrs: z.array(z.object({ id: shownId('ehr'), name: z.string(), vendor: z.string(), environment: z.enum(ENVIRONMENTS) })),
  cells: z
    .array(
      z.object({
        tenant_id: shownId('ten'),
        ehr_id: shownId('ehr'),
        connection_id: shownId('con'),
        registration_id: shownId('reg').nullable(),
        status: z.enum(REGISTRATION_STATUSES).nullable().describe('null: connected, but not registered'),
        action: z.enum(REGISTRATION_ACTIONS).nullable(),
        drift: z.string().nullable(),
        proof: z.string().nullable(),
        problem_code: z.string().nullable(),
        last_verified_at: shownMoment().nullable(),
      }),
    )
    .describe('One for each connection; a pair without one is not connected'),
});

export function showMatrix(matrix: Matrix): z.output<typeof shownMatrix> {
  return {
    application_id: publicId('app', matrix.applicationId),
    tenants: matrix.tenants.map((tenant) => ({ id: publicId('ten', tenant.id), name: tenant.name, external_id: tenant.externalId })),
    ehrs: matrix.ehrs.map((ehr) => ({ id: publicId('ehr', ehr.id), name: ehr.name, vendor: ehr.vendor, environment: ehr.environment })),
    cells: matrix.cells.map((cell) => ({
      tenant_id: publicId('ten', cell.tenantId),
      ehr_id: publicId('ehr', cell.ehrId),
      connection_id: publicId('con', cell.connectionId),
      registration_id: cell.registrationId === null ? null : publicId('reg', cell.registrationId),
      status: cell.status,
      action: cell.action,
      drift: cell.drift,
      proof: cell.proof,
      problem_code: cell.problemCode,
      last_verified_at: cell.lastVerifiedAt?.toISOString() ?? null,
    })),
  };
}
