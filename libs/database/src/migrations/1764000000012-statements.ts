import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** Pools of initial access tokens, software statements and the keys to sign them with, and when what lets us register runs out. */
export class Statements1764000000012 implements MigrationInterface {
  name = 'Statements1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // suspect: a single-use token that went out with a request that was refused. low_at: the alarm of its pool was raised.
      `ALTER TABLE initial_access_tokens DROP CONSTRAINT initial_access_tokens_status_check`,
      `ALTER TABLE initial_access_tokens ADD CONSTRAINT initial_access_tokens_status_check
         CHECK (status IN ('available', 'suspect', 'consumed', 'refused', 'deleted'))`,
      `ALTER TABLE initial_access_tokens ADD COLUMN expiry_hinted boolean NOT NULL DEFAULT false, ADD COLUMN low_at timestamptz`,
      `DROP INDEX initial_access_tokens_server`,
      `CREATE INDEX initial_access_tokens_server ON initial_access_tokens (workspace_id, authorization_server_id)
         WHERE status IN ('available', 'suspect')`,
      // Routing: the alarms of all workspaces are looked up by their time. Ids and times only.
      `CREATE TABLE expiry_alarms (
         kind text NOT NULL, subject_id uuid NOT NULL, workspace_id uuid NOT NULL, expires_at timestamptz NOT NULL, next_at timestamptz NOT NULL,
         PRIMARY KEY (kind, subject_id))`,
      `CREATE INDEX expiry_alarms_due ON expiry_alarms (next_at)`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON expiry_alarms TO registrar_service`,
      // The text is sealed under (id, software_statement, 1).
      `CREATE TABLE software_statements (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, authorization_server_id uuid NOT NULL, ehr_id uuid NOT NULL,
         environment text NOT NULL CHECK (environment IN ('sandbox', 'non_production', 'production')), tenant_id uuid, application_id uuid NOT NULL,
         origin text NOT NULL CHECK (origin IN ('uploaded', 'issued')), iss text NOT NULL, jti text, software_id text, alg text NOT NULL,
         signature text NOT NULL CHECK (signature IN ('verified', 'unverified')), claims jsonb NOT NULL, digest text NOT NULL, pinned_origin text NOT NULL,
         status text NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'defective', 'expired', 'deleted')),
         failures integer NOT NULL DEFAULT 0, expires_at timestamptz, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id))`,
      `CREATE INDEX software_statements_server ON software_statements (workspace_id, authorization_server_id, application_id)
         WHERE status = 'available'`,
      ...protect('software_statements', 'tenant_id'),
      `ALTER TABLE attempts ADD COLUMN software_statement_id uuid, ADD FOREIGN KEY (workspace_id, software_statement_id)
         REFERENCES software_statements (workspace_id, id)`,
      // The private half is sealed under (id, statement_key, 1), the public one published under the key set's id.
      `CREATE TABLE statement_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, key_set_id uuid NOT NULL, url text NOT NULL, alg text NOT NULL,
         public_jwk jsonb NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, id))`,
      `CREATE UNIQUE INDEX statement_keys_alg ON statement_keys (workspace_id, alg)`,
      ...protect('statement_keys', null, 'SELECT, INSERT'),
      `ALTER TABLE published_documents DROP CONSTRAINT published_documents_kind_check`,
      `ALTER TABLE published_documents ADD CONSTRAINT published_documents_kind_check CHECK (kind IN ('jwks', 'client', 'statement_issuer'))`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
