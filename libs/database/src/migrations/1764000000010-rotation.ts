import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

const SUBJECTS = ['application_id', 'ehr_id', 'tenant_id'] as const;

/** Policies of rotation, what is due by them, where the line stands still, and which alarms were given. */
export class Rotation1764000000010 implements MigrationInterface {
  name = 'Rotation1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE rotation_policies (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, application_id uuid, ehr_id uuid, tenant_id uuid,
         rules jsonb NOT NULL, version integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), CHECK (num_nonnulls(application_id, ehr_id, tenant_id) = 1),
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id))`,
      ...SUBJECTS.map(
        (subject) =>
          `CREATE UNIQUE INDEX rotation_policies_${subject} ON rotation_policies (workspace_id, ${subject}) WHERE ${subject} IS NOT NULL`,
      ),
      // Whoever is bound to a hospital is bound by the policies of applications and EHRs too, so has to see them.
      ...protect('rotation_policies', 'tenant_id', 'SELECT, INSERT, UPDATE').map((statement) =>
        statement.replaceAll('registrar_tenant_visible(tenant_id)', '(tenant_id IS NULL OR registrar_tenant_visible(tenant_id))'),
      ),
      // A policy changed: next_rotation_at is written anew, some at a time. What is there by now has never been scheduled.
      `ALTER TABLE registrations ADD reschedule boolean NOT NULL DEFAULT true`,
      `ALTER TABLE registrations ALTER reschedule SET DEFAULT false`,
      `CREATE INDEX registrations_reschedule ON registrations (workspace_id, id) WHERE reschedule`,
      `DROP INDEX registrations_due`,
      `CREATE INDEX registrations_due ON registrations (workspace_id, next_rotation_at) WHERE status = 'active' AND next_rotation_at IS NOT NULL`,
      // Which server an operation talks to: how many rotations are on their way there, and how the last ones ended.
      `ALTER TABLE operations ADD authorization_server_id uuid`,
      `ALTER TABLE operations ADD FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id)`,
      `CREATE INDEX operations_rotating ON operations (workspace_id, authorization_server_id)
         WHERE kind = 'rotate' AND status IN ('queued', 'running', 'waiting')`,
      `CREATE INDEX operations_rotated ON operations (workspace_id, authorization_server_id, updated_at)
         WHERE kind = 'rotate' AND status IN ('succeeded', 'failed', 'outcome_unknown')`,
      `ALTER TABLE authorization_servers ADD rotations_stopped_at timestamptz, ADD rotations_resumed_at timestamptz`,
      // The last alarm that was given before the credential ends, in days; 0 at its end.
      `ALTER TABLE credentials ADD alarmed_days smallint`,
      `CREATE INDEX credentials_expiring ON credentials (workspace_id, expires_at) WHERE stage = 'current' AND expires_at IS NOT NULL`,
      // One row for each workspace says when to look there next, by business time. claim_work goes by due_at and never takes one.
      `ALTER TABLE work_items DROP CONSTRAINT work_items_kind_check`,
      `ALTER TABLE work_items ADD CONSTRAINT work_items_kind_check CHECK (kind IN ('operation', 'rotations'))`,
      `CREATE INDEX work_items_rotations ON work_items (wake_at) WHERE kind = 'rotations'`,
      `INSERT INTO work_items (id, workspace_id, kind, subject_id, budget, due_at, wake_at, created_at)
         SELECT DISTINCT workspace_id, workspace_id, 'rotations', workspace_id, 'none', timestamptz 'infinity', now(), now() FROM api_key_index`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
