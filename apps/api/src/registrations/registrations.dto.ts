import { ENVIRONMENTS } from '@registrar/database';
import { REGISTRATION_STATUSES, type NewRegistration } from '@registrar/registrations';
import { z } from 'zod';
import { defined } from '../defined.js';
import { pageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';

const metadata = z
  .record(z.string().max(300), z.unknown())
  .describe('What this registration says differently; wins over the application and its override for the EHR');
const DRIFTS = ['none', 'narrowed', 'widened', 'changed', 'unapplied'] as const;

/** `?dry_run=true` */
export const dryRunQuery = z.strictObject({ dry_run: z.enum(['true', 'false']).optional().describe('true: only says what would be done') });
export type DryRunQuery = z.output<typeof dryRunQuery>;

export const newRegistration = z
  .strictObject({
    connection_id: idOf('con').optional(),
    tenant_id: idOf('ten').optional().describe('With ehr_id, in place of connection_id: the connection is made where there is none'),
    ehr_id: idOf('ehr').optional(),
    application_id: idOf('app'),
    client_metadata: metadata.optional(),
  })
  .superRefine((body, context) => {
    const byPair = body.tenant_id !== undefined && body.ehr_id !== undefined;
    const either = body.connection_id === undefined ? byPair : body.tenant_id === undefined && body.ehr_id === undefined;
    if (!either)
      context.addIssue({
        code: 'custom',
        path: [body.connection_id === undefined ? (body.tenant_id === undefined ? 'tenant_id' : 'ehr_id') : 'connection_id'],
        params: { code: 'one_of' },
        message: 'Give either connection_id, or tenant_id and ehr_id.',
      });
  });
export type NewRegistrationBody = z.output<typeof newRegistration>;

export function newRegistrationOf(body: NewRegistrationBody): NewRegistration {
  const { connection_id: connectionId, tenant_id: tenantId = '', ehr_id: ehrId = '' } = body;
  return {
    connection: connectionId === undefined ? { tenantId, ehrId } : { connectionId },
    applicationId: body.application_id,
    ...(body.client_metadata === undefined ? {} : { clientMetadata: body.client_metadata }),
  };
}

export const registrationChange = z.strictObject({ client_metadata: metadata });
export type RegistrationChangeBody = z.output<typeof registrationChange>;

export const retryBody = z
  .strictObject({
    confirm: z
      .boolean()
      .optional()
      .describe('true: register another client in place of one that the hospital removed, or whose credential is dead; needs a reason'),
    reason: z.string().min(1).max(500).optional().describe('Why, and who at the hospital said so; kept in the audit log'),
  })
  .default({});
export type RetryBody = z.output<typeof retryBody>;

export const registrationsQuery = pageQuery.extend({
  tenant_id: idOf('ten').optional(),
  ehr_id: idOf('ehr').optional(),
  connection_id: idOf('con').optional(),
  application_id: idOf('app').optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  status: z.enum(REGISTRATION_STATUSES).optional(),
  drift: z.enum(DRIFTS).optional(),
});
export type RegistrationsQuery = z.output<typeof registrationsQuery>;

export function filterOf(query: RegistrationsQuery) {
  return defined({
    tenantId: query.tenant_id,
    ehrId: query.ehr_id,
    connectionId: query.connection_id,
    applicationId: query.application_id,
    environment: query.environment,
    status: query.status,
    drift: query.drift,
  });
}

export const lookupQuery = z.strictObject({
  application_id: idOf('app'),
  iss: z.string().min(1).max(2_000).describe('The iss of the launch: the FHIR base URL, or the issuer'),
  tenant_external_id: z.string().min(1).max(200).optional().describe('Which hospital, where several share the EHR'),
  environment: z.enum(ENVIRONMENTS).optional(),
});
export type LookupQuery = z.output<typeof lookupQuery>;
