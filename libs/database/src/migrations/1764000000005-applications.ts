import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** Applications with immutable revisions and overrides for an EHR; key sets, pooled keys and what is published. */
export class Applications1764000000005 implements MigrationInterface {
  name = 'Applications1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE applications (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, name text NOT NULL,
         kind text NOT NULL CHECK (kind IN ('backend', 'ehr_launch', 'standalone', 'patient')),
         current_revision integer NOT NULL, suspended_at timestamptz, version integer NOT NULL DEFAULT 1,
         created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, id))`,
      ...protect('applications', null),
      `CREATE TABLE application_revisions (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), application_id uuid NOT NULL, number integer NOT NULL, id uuid NOT NULL,
         client_metadata jsonb NOT NULL, required_scopes jsonb NOT NULL DEFAULT '[]', optional_scopes jsonb NOT NULL DEFAULT '[]',
         launch_url text, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, application_id, number),
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id))`,
      ...protect('application_revisions', null, 'SELECT, INSERT'),
      `ALTER TABLE applications ADD FOREIGN KEY (workspace_id, id, current_revision)
         REFERENCES application_revisions (workspace_id, application_id, number) DEFERRABLE INITIALLY DEFERRED`,
      `CREATE TABLE application_overrides (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), application_id uuid NOT NULL, ehr_id uuid NOT NULL,
         client_metadata jsonb NOT NULL, version integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, application_id, ehr_id),
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id))`,
      ...protect('application_overrides', null),
      // Outlives swaps and re-registrations; the full URL is stored because it stands in hospitals' portals for years.
      `CREATE TABLE key_sets (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid, authorization_server_id uuid NOT NULL,
         environment text NOT NULL CHECK (environment IN ('sandbox', 'non_production', 'production')),
         url text NOT NULL UNIQUE, created_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id))`,
      ...protect('key_sets', 'tenant_id', 'SELECT, INSERT'),
      `CREATE TABLE pooled_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, alg text NOT NULL, public_jwk jsonb NOT NULL,
         key_id uuid NOT NULL, sealed bytea NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, id))`,
      // UPDATE, because who takes a pair out locks its row first (SKIP LOCKED); no row is ever changed.
      ...protect('pooled_keys', null),
      // Routing: the EHR that fetches a key set has no scope. Public bytes only.
      `CREATE TABLE published_documents (
         id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('jwks', 'client')), url text NOT NULL, body text NOT NULL, etag text NOT NULL,
         updated_at timestamptz NOT NULL)`,
      `CREATE INDEX published_documents_updated ON published_documents (updated_at)`,
      `GRANT SELECT, INSERT, UPDATE ON published_documents TO registrar_service`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
