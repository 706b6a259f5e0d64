import { randomUUID } from 'node:crypto';
import { registrationHouse, type RegistrationHouse } from './registration-house.js';

/** A registration of a hospital. */
export interface Made {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly applicationId: string;
}

/** Registrations and their rotations by the journal's own rows, without a worker. */
export interface RotatingHouse {
  readonly house: RegistrationHouse;
  /** An active registration with a client and a current secret; nothing is under way. */
  active(where?: Partial<Made>): Promise<Made>;
  credential(registrationId: string, version: number, stage: 'current' | 'previous'): Promise<void>;
  /** A rotation in that status, a second later. @returns its id. */
  rotation(of: Made, status: string, more?: { readonly input?: object; readonly steps?: readonly object[] }): Promise<string>;
}

export async function rotatingHouse(): Promise<RotatingHouse> {
  const house = await registrationHouse();
  const credential: RotatingHouse['credential'] = async (registrationId, version, stage) => {
    await house.rows(
      `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, client_id, kind, version, stage, created_at, promoted_at, retire_at)
       SELECT workspace_id, gen_random_uuid(), tenant_id, id, client_id, 'client_secret', $3, $4::text, $2, $2, CASE WHEN $4::text = 'previous' THEN $2::timestamptz + interval '1 hour' END
         FROM registrations WHERE id = $1`,
      [registrationId, house.clock.now(), version, stage],
    );
  };
  return {
    house,
    credential,
    active: async (where = {}) => {
      const tenantId = where.tenantId ?? (await house.tenant('Hospital'));
      const ehrId = where.ehrId ?? (await house.ehr()).id;
      const applicationId = where.applicationId ?? (await house.application());
      const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
      await house.rows(`UPDATE operations SET status = 'cancelled' WHERE registration_id = $1`, [id]);
      await house.rows(`DELETE FROM work_items WHERE kind = 'operation'`);
      await house.rows(
        `WITH made AS (INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id, token_endpoint_auth_method, requested_metadata, granted_metadata, created_at, updated_at)
           SELECT r.workspace_id, gen_random_uuid(), r.tenant_id, e.authorization_server_id, r.application_id, r.environment, 'registration', 'client-' || r.id, 'client_secret_basic', '{}', '{}', $2, $2
             FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1 RETURNING id)
         UPDATE registrations r SET status = 'active', action = NULL, client_id = made.id FROM made WHERE r.id = $1`,
        [id, house.clock.now()],
      );
      await credential(id, 1, 'current');
      return { id, tenantId, ehrId, applicationId };
    },
    rotation: async ({ id }, status, more = {}) => {
      const operationId = randomUUID();
      // Later than what the registration began with.
      house.clock.advance(1_000);
      await house.rows(
        `INSERT INTO operations (workspace_id, id, tenant_id, registration_id, authorization_server_id, kind, status, input, steps, requested_by, request_id, created_at, updated_at)
         SELECT r.workspace_id, $2, r.tenant_id, r.id, e.authorization_server_id, 'rotate', $3, $4::jsonb, $5::jsonb, '{"type": "system", "id": "test"}', 'test', $6, $6
           FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1`,
        [
          id,
          operationId,
          status,
          JSON.stringify(more.input ?? { reason: 'scheduled' }),
          JSON.stringify(more.steps ?? []),
          house.clock.now(),
        ],
      );
      return operationId;
    },
  };
}
