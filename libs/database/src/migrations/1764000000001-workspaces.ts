import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** Workspaces, tenants, API keys. `registrar_service` is the group role that the app's login role is a member of. */
export class Workspaces1764000000001 implements MigrationInterface {
  name = 'Workspaces1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `DO $$ BEGIN
         IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'registrar_service') THEN
           CREATE ROLE registrar_service NOLOGIN NOSUPERUSER NOBYPASSRLS;
         END IF;
       EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
      `GRANT USAGE ON SCHEMA public TO registrar_service`,
      `CREATE FUNCTION registrar_tenant_visible(tenant uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
         SELECT CASE WHEN nullif(current_setting('registrar.tenant_id', true), '') IS NULL THEN true
                ELSE coalesce(tenant = ANY (string_to_array(current_setting('registrar.tenant_id', true), ',')::uuid[]), false) END $$`,
      `CREATE TABLE workspaces (
         id uuid PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL)`,
      ...protect('workspaces', null, 'SELECT, INSERT, UPDATE', 'id'),
      `CREATE TABLE tenants (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL,
         name text NOT NULL, external_id text, contacts jsonb NOT NULL DEFAULT '[]', metadata jsonb NOT NULL DEFAULT '{}',
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'offboarding', 'offboarded')),
         suspended_at timestamptz, version integer NOT NULL DEFAULT 1,
         created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id))`,
      `CREATE UNIQUE INDEX tenants_external_id ON tenants (workspace_id, external_id) WHERE external_id IS NOT NULL`,
      ...protect('tenants', 'id', 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE api_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL,
         name text NOT NULL, role text NOT NULL CHECK (role IN ('owner', 'product', 'customer_success', 'service', 'approver', 'auditor')),
         tenant_ids jsonb, application_id uuid, environment text CHECK (environment IN ('sandbox', 'non_production', 'production')),
         last_four text NOT NULL, created_at timestamptz NOT NULL, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
         PRIMARY KEY (workspace_id, id))`,
      ...protect('api_keys', null, 'SELECT, INSERT, UPDATE'),
      // Routing table: whoever presents a key has no scope yet. A keyed hash and ids, nothing else.
      `CREATE TABLE api_key_index (
         digest bytea PRIMARY KEY, workspace_id uuid NOT NULL, api_key_id uuid NOT NULL, expires_at timestamptz, revoked_at timestamptz)`,
      `CREATE UNIQUE INDEX api_key_index_key ON api_key_index (api_key_id)`,
      `GRANT SELECT, INSERT, UPDATE ON api_key_index TO registrar_service`,
      `CREATE TABLE idempotency_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), api_key_id uuid NOT NULL, key text NOT NULL, route text NOT NULL,
         request_digest text NOT NULL, status text NOT NULL CHECK (status IN ('running', 'done')),
         response_status integer, response_headers jsonb, response_body jsonb,
         created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, api_key_id, route, key))`,
      ...protect('idempotency_keys', null),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
