import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

const ENVIRONMENT = `environment text NOT NULL CHECK (environment IN ('sandbox', 'non_production', 'production'))`;

/** EHRs, what guards them, who is connected to them, and the tokens that let us register there. */
export class Ehrs1764000000004 implements MigrationInterface {
  name = 'Ehrs1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // identity: the issuer, or the token endpoint where a server names no issuer.
      `CREATE TABLE authorization_servers (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, ${ENVIRONMENT}, identity text NOT NULL,
         issuer text, issuer_confirmed boolean NOT NULL DEFAULT false, vendor text NOT NULL,
         endpoints jsonb NOT NULL DEFAULT '{}', capabilities jsonb NOT NULL DEFAULT '{}',
         declared_quirks jsonb NOT NULL DEFAULT '{}', learned_quirks jsonb NOT NULL DEFAULT '{}', proof_control text,
         approved_origins jsonb NOT NULL DEFAULT '[]', version integer NOT NULL DEFAULT 1,
         created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), UNIQUE (workspace_id, environment, identity))`,
      ...protect('authorization_servers', null),
      `CREATE TABLE ehrs (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, name text NOT NULL, ${ENVIRONMENT}, vendor text NOT NULL,
         fhir_base_url text, issuer text, tenant_id uuid, authorization_server_id uuid,
         registration_mode text NOT NULL DEFAULT 'auto' CHECK (registration_mode IN ('auto', 'dynamic', 'portal', 'udap', 'cimd')),
         client_scope text NOT NULL DEFAULT 'registration' CHECK (client_scope IN ('registration', 'application')),
         limits jsonb NOT NULL DEFAULT '{}', discovery jsonb, discovered_at timestamptz,
         status text NOT NULL CHECK (status IN ('ready', 'unreachable', 'quarantined', 'manual_only')),
         suspended_at timestamptz, version integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id))`,
      `CREATE INDEX ehrs_authorization_server ON ehrs (workspace_id, authorization_server_id)`,
      `CREATE INDEX ehrs_tenant ON ehrs (workspace_id, tenant_id)`,
      `CREATE INDEX ehrs_fhir_base_url ON ehrs (workspace_id, fhir_base_url)`,
      `CREATE INDEX ehrs_issuer ON ehrs (workspace_id, issuer)`,
      `CREATE TABLE connections (
         workspace_id uuid NOT NULL, id uuid NOT NULL, tenant_id uuid NOT NULL, ehr_id uuid NOT NULL,
         external_id text, version integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), UNIQUE (workspace_id, tenant_id, ehr_id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id))`,
      `CREATE INDEX connections_ehr ON connections (workspace_id, ehr_id)`,
      ...protect('connections', 'tenant_id'),
      // A caller bound to tenants sees its own EHRs and those that it is connected to.
      ...protect('ehrs', null).filter((statement) => !statement.startsWith('CREATE POLICY')),
      `CREATE POLICY scope ON ehrs USING (workspace_id = nullif(current_setting('registrar.workspace_id', true), '')::uuid
         AND (nullif(current_setting('registrar.tenant_id', true), '') IS NULL OR registrar_tenant_visible(tenant_id)
           OR EXISTS (SELECT 1 FROM connections c WHERE c.workspace_id = ehrs.workspace_id AND c.ehr_id = ehrs.id AND registrar_tenant_visible(c.tenant_id))))
         WITH CHECK (workspace_id = nullif(current_setting('registrar.workspace_id', true), '')::uuid AND registrar_tenant_visible(tenant_id))`,
      // kind static: the value is sealed under (id, initial_access_token, 1); kind client_credentials: so is the client's secret.
      `CREATE TABLE initial_access_tokens (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, authorization_server_id uuid NOT NULL, ehr_id uuid NOT NULL,
         ${ENVIRONMENT}, tenant_id uuid, kind text NOT NULL CHECK (kind IN ('static', 'client_credentials')),
         client_credentials jsonb, max_uses integer, used integer NOT NULL DEFAULT 0, pinned_origin text NOT NULL,
         status text NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'consumed', 'refused', 'deleted')),
         expires_at timestamptz, last_used_at timestamptz, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id))`,
      `CREATE INDEX initial_access_tokens_server ON initial_access_tokens (workspace_id, authorization_server_id) WHERE status = 'available'`,
      ...protect('initial_access_tokens', 'tenant_id'),
      // Routing: the claim reads the gates of all workspaces. Counters and times only.
      `CREATE TABLE upstream_gates (
         authorization_server_id uuid NOT NULL, budget text NOT NULL CHECK (budget IN ('registration', 'token')), workspace_id uuid NOT NULL,
         max_in_flight integer NOT NULL DEFAULT 4, max_in_flight_per_tenant integer NOT NULL DEFAULT 2, per_second real NOT NULL DEFAULT 5,
         tokens real NOT NULL DEFAULT 5, refilled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
         state text NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'half_open')), reason text,
         open_until timestamptz, failures integer NOT NULL DEFAULT 0, opened_times integer NOT NULL DEFAULT 0,
         PRIMARY KEY (authorization_server_id, budget))`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON upstream_gates TO registrar_service`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
