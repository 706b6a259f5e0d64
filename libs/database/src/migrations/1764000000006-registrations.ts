import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

const ENVIRONMENT = `environment text NOT NULL CHECK (environment IN ('sandbox', 'non_production', 'production'))`;
const TENANT = `FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)`;
const SERVER = `FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id)`;

/**
 * A hospital's standing at an EHR, the upstream clients, what authenticates them, and the cached access tokens. A table
 * whose rows must name a hospital or a server refers to the workspace through that: each reference is a query for each row.
 */
export class Registrations1764000000006 implements MigrationInterface {
  name = 'Registrations1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE SEQUENCE fences`,
      `GRANT USAGE ON SEQUENCE fences TO registrar_service`,
      `CREATE TABLE clients (
         workspace_id uuid NOT NULL, id uuid NOT NULL, tenant_id uuid, authorization_server_id uuid NOT NULL,
         application_id uuid NOT NULL, ${ENVIRONMENT}, scope text NOT NULL CHECK (scope IN ('registration', 'application')),
         client_id text NOT NULL CHECK (octet_length(client_id) <= 2048), key_set_id uuid,
         token_endpoint_auth_method text NOT NULL, signing_alg text, registration_client_uri text, registration_client_uri_usable boolean NOT NULL DEFAULT false,
         has_registration_access_token boolean NOT NULL DEFAULT false,
         requested_metadata jsonb NOT NULL, granted_metadata jsonb NOT NULL,
         status text NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'orphaned', 'deleted')),
         created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), ${TENANT}, ${SERVER},
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id),
         FOREIGN KEY (workspace_id, key_set_id) REFERENCES key_sets (workspace_id, id))`,
      `CREATE UNIQUE INDEX clients_identity ON clients (workspace_id, authorization_server_id, client_id) WHERE status <> 'deleted'`,
      // A client of scope application is the client of every hospital that uses it.
      ...protect('clients', 'tenant_id', 'SELECT, INSERT, UPDATE').map((statement) =>
        statement.replaceAll('registrar_tenant_visible(tenant_id)', `(scope = 'application' OR registrar_tenant_visible(tenant_id))`),
      ),
      // A pending credential may be older than its client: a key pair is published before the registration is sent.
      `CREATE TABLE credentials (
         workspace_id uuid NOT NULL, id uuid NOT NULL, tenant_id uuid, registration_id uuid NOT NULL,
         client_id uuid, key_set_id uuid, kind text NOT NULL CHECK (kind IN ('private_key', 'client_secret', 'certificate', 'none')),
         version integer NOT NULL, stage text NOT NULL CHECK (stage IN ('pending', 'current', 'previous', 'retired')),
         alg text, kid text, public_jwk jsonb, expires_at timestamptz, created_at timestamptz NOT NULL, promoted_at timestamptz, retired_at timestamptz,
         PRIMARY KEY (workspace_id, id), ${TENANT},
         FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, id),
         FOREIGN KEY (workspace_id, key_set_id) REFERENCES key_sets (workspace_id, id))`,
      `CREATE UNIQUE INDEX credentials_current ON credentials (workspace_id, registration_id) WHERE stage = 'current'`,
      `CREATE UNIQUE INDEX credentials_pending ON credentials (workspace_id, registration_id) WHERE stage = 'pending'`,
      `CREATE UNIQUE INDEX credentials_version ON credentials (workspace_id, registration_id, version)`,
      ...protect('credentials', 'tenant_id', 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE registrations (
         workspace_id uuid NOT NULL, id uuid NOT NULL, tenant_id uuid NOT NULL, connection_id uuid NOT NULL,
         ehr_id uuid NOT NULL, application_id uuid NOT NULL, revision integer NOT NULL, ${ENVIRONMENT},
         client_metadata jsonb NOT NULL DEFAULT '{}', strategy text CHECK (strategy IN ('dynamic', 'portal', 'udap', 'cimd')),
         status text NOT NULL CHECK (status IN ('pending', 'registering', 'verifying', 'active', 'deregistering', 'deregistered', 'action_required',
           'outcome_unknown', 'rejected', 'credential_failed', 'revoked_by_ehr', 'suspended')),
         action text CHECK ((status = 'action_required') = (action IS NOT NULL)), problem jsonb,
         client_id uuid, previous_client_id uuid, fence bigint NOT NULL DEFAULT 0,
         drift text NOT NULL DEFAULT 'none' CHECK (drift IN ('none', 'narrowed', 'widened', 'changed', 'unapplied')),
         proof text CHECK (proof IN ('token', 'client_authentication', 'inconclusive')),
         manageable text CHECK (manageable IN ('yes', 'no', 'control_lost')), residue jsonb NOT NULL DEFAULT '[]',
         next_rotation_at timestamptz, last_verified_at timestamptz, suspended_from text,
         version integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), ${TENANT},
         FOREIGN KEY (workspace_id, connection_id) REFERENCES connections (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id),
         FOREIGN KEY (workspace_id, application_id, revision) REFERENCES application_revisions (workspace_id, application_id, number),
         FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, id),
         FOREIGN KEY (workspace_id, previous_client_id) REFERENCES clients (workspace_id, id))`,
      `CREATE UNIQUE INDEX registrations_one ON registrations (workspace_id, connection_id, application_id) WHERE status <> 'deregistered'`,
      `CREATE INDEX registrations_application ON registrations (workspace_id, application_id, status)`,
      `CREATE INDEX registrations_tenant ON registrations (workspace_id, tenant_id)`,
      `CREATE INDEX registrations_ehr ON registrations (workspace_id, ehr_id)`,
      // A launch is answered from this one: the active registration of an application at an EHR, of a hospital.
      `CREATE INDEX registrations_lookup ON registrations (workspace_id, ehr_id, application_id, tenant_id) WHERE status = 'active'`,
      `CREATE INDEX registrations_client ON registrations (workspace_id, client_id)`,
      `CREATE INDEX registrations_due ON registrations (next_rotation_at) WHERE status = 'active' AND next_rotation_at IS NOT NULL`,
      ...protect('registrations', 'tenant_id', 'SELECT, INSERT, UPDATE'),
      `ALTER TABLE credentials ADD FOREIGN KEY (workspace_id, registration_id) REFERENCES registrations (workspace_id, id)`,
      // One row for each (client, scope, resource, extensions, credential version): digest says which.
      `CREATE TABLE access_tokens (
         workspace_id uuid NOT NULL, registration_id uuid NOT NULL, digest text NOT NULL, tenant_id uuid,
         credential_id uuid NOT NULL, key_id uuid, sealed bytea, scope text, token_type text, expires_at timestamptz, problem jsonb,
         lease_owner text, lease_until timestamptz, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, registration_id, digest), ${TENANT},
         FOREIGN KEY (workspace_id, registration_id) REFERENCES registrations (workspace_id, id))`,
      ...protect('access_tokens', 'tenant_id'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
