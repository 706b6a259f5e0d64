import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

const ROLES = `('owner', 'product', 'customer_success', 'service', 'approver', 'auditor')`;

/** People of an OpenID provider, what their groups may do, sessions of browsers; and the addresses that a key is bound to. */
export class People1764000000061 implements MigrationInterface {
  name = 'People1764000000061';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE api_keys ADD COLUMN addresses jsonb`,
      `CREATE TABLE people (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, issuer text NOT NULL, subject text NOT NULL,
         name text NOT NULL, created_at timestamptz NOT NULL, last_seen_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id))`,
      `CREATE UNIQUE INDEX people_subject ON people (workspace_id, issuer, subject)`,
      ...protect('people', null, 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE role_mappings (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, claim_value text NOT NULL,
         role text NOT NULL CHECK (role IN ${ROLES}), tenant_ids jsonb, application_id uuid,
         environment text CHECK (environment IN ('sandbox', 'non_production', 'production')), created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id))`,
      `CREATE UNIQUE INDEX role_mappings_claim_value ON role_mappings (workspace_id, claim_value)`,
      ...protect('role_mappings', null, 'SELECT, INSERT, DELETE'),
      `CREATE TABLE sessions (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, api_key_id uuid, person_id uuid, groups jsonb,
         user_agent text NOT NULL, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, last_used_at timestamptz NOT NULL,
         revoked_at timestamptz, PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, api_key_id) REFERENCES api_keys (workspace_id, id),
         FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id),
         CHECK ((api_key_id IS NULL) <> (person_id IS NULL)))`,
      `CREATE INDEX sessions_expires_at ON sessions (workspace_id, expires_at)`,
      ...protect('sessions', null),
      // Routing table: whoever presents a cookie has no scope yet. A keyed hash, ids and times, nothing else.
      `CREATE TABLE session_index (
         digest bytea PRIMARY KEY, workspace_id uuid NOT NULL, session_id uuid NOT NULL, expires_at timestamptz NOT NULL,
         revoked_at timestamptz)`,
      `CREATE UNIQUE INDEX session_index_session ON session_index (session_id)`,
      `CREATE INDEX session_index_expires_at ON session_index (workspace_id, expires_at)`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON session_index TO registrar_service`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
