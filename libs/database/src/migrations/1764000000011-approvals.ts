import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** What somebody else has to say yes to, bound to a hash of the exact documents. */
export class Approvals1764000000011 implements MigrationInterface {
  name = 'Approvals1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // What spans hospitals, applications or environments names none, and is not shown to whoever is bound to one.
      `CREATE TABLE approvals (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid, application_id uuid,
         environment text CHECK (environment IN ('sandbox', 'non_production', 'production')),
         kind text NOT NULL CHECK (kind IN ('rollout', 'update', 'offboard_shredding', 'reregistration')),
         subject_type text NOT NULL CHECK (subject_type IN ('rollout', 'registration', 'tenant')), subject_id uuid NOT NULL,
         status text NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'expired', 'used')),
         documents_hash text NOT NULL, summary jsonb NOT NULL, reason text, requested_by jsonb NOT NULL,
         decided_by jsonb, decided_at timestamptz, decision_reason text, used_at timestamptz,
         expires_at timestamptz NOT NULL, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id))`,
      `CREATE INDEX approvals_subject ON approvals (workspace_id, subject_id)`,
      ...protect('approvals', 'tenant_id', 'SELECT, INSERT, UPDATE'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
