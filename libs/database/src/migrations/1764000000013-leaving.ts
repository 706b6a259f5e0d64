import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** What is suspended, and what goes away. */
export class Leaving1764000000013 implements MigrationInterface {
  name = 'Leaving1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // Beside suspended_from: what a person had to do before it was suspended.
      `ALTER TABLE registrations ADD COLUMN suspended_action text`,
      // When a client was given up, and what showed that it is gone (or why it is not).
      `ALTER TABLE clients ADD COLUMN ended_at timestamptz, ADD COLUMN ended_by text`,
      `CREATE INDEX clients_orphaned ON clients (workspace_id, id) WHERE status = 'orphaned'`,
      `CREATE INDEX attempts_orphaned ON attempts (workspace_id, id) WHERE status = 'orphaned'`,
      `CREATE TABLE offboardings (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid NOT NULL,
         status text NOT NULL CHECK (status IN ('scheduled', 'running', 'certifying', 'done', 'cancelled')),
         effective_at timestamptz NOT NULL, reason text, waiver text, requested_by jsonb NOT NULL, request_id text NOT NULL,
         started_at timestamptz, finished_at timestamptz, cancelled_at timestamptz, certificate jsonb,
         shredded_at timestamptz, shredded_by jsonb, shredding jsonb, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         CHECK ((status = 'done') = (certificate IS NOT NULL)), CHECK ((shredded_at IS NULL) = (shredding IS NULL)))`,
      // A hospital leaves once.
      `CREATE UNIQUE INDEX offboardings_open ON offboardings (workspace_id, tenant_id) WHERE status <> 'cancelled'`,
      `CREATE INDEX offboardings_tenant ON offboardings (workspace_id, tenant_id, created_at)`,
      ...protect('offboardings', 'tenant_id', 'SELECT, INSERT, UPDATE'),
      // Of the workspace: it outlives every hospital. The private half lies sealed among the secrets.
      `CREATE TABLE certificate_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, url text NOT NULL, alg text NOT NULL, public_jwk jsonb NOT NULL,
         created_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, id))`,
      `CREATE UNIQUE INDEX certificate_keys_one ON certificate_keys (workspace_id)`,
      ...protect('certificate_keys', null, 'SELECT, INSERT'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
