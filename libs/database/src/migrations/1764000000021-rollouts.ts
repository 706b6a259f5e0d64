import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** Bringing an application's registrations to its newest revision, and work that is no operation. */
export class Rollouts1764000000021 implements MigrationInterface {
  name = 'Rollouts1764000000021';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE rollouts (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, application_id uuid NOT NULL, revision integer NOT NULL,
         environment text CHECK (environment IN ('sandbox', 'non_production', 'production')),
         status text NOT NULL CHECK (status IN ('awaiting_approval', 'running', 'paused', 'halted', 'succeeded', 'cancelled', 'superseded')),
         stage text NOT NULL CHECK (stage IN ('canary', 'rest')),
         failure_limit integer NOT NULL, at_once integer NOT NULL CHECK (at_once > 0), forgiven integer NOT NULL DEFAULT 0,
         reason text, problem jsonb, plan_hash text NOT NULL, approval_id uuid, requested_by jsonb NOT NULL,
         created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, finished_at timestamptz,
         PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, application_id, revision) REFERENCES application_revisions (workspace_id, application_id, number),
         FOREIGN KEY (workspace_id, approval_id) REFERENCES approvals (workspace_id, id))`,
      `CREATE UNIQUE INDEX rollouts_one_open ON rollouts (workspace_id, application_id)
         WHERE status IN ('awaiting_approval', 'running', 'paused', 'halted')`,
      ...protect('rollouts', null, 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE rollout_items (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), rollout_id uuid NOT NULL, registration_id uuid NOT NULL, tenant_id uuid NOT NULL,
         canary boolean NOT NULL, way text NOT NULL CHECK (way IN ('update', 'portal', 'reregistration')),
         impact text NOT NULL CHECK (impact IN ('none', 'hospital_activates_again', 'users_sign_in_again')), document_hash text NOT NULL,
         state text NOT NULL CHECK (state IN ('pending', 'running', 'waiting', 'with_person', 'succeeded', 'failed', 'skipped')), operation_id uuid,
         PRIMARY KEY (workspace_id, rollout_id, registration_id),
         FOREIGN KEY (workspace_id, rollout_id) REFERENCES rollouts (workspace_id, id),
         FOREIGN KEY (workspace_id, registration_id) REFERENCES registrations (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, operation_id) REFERENCES operations (workspace_id, id))`,
      ...protect('rollout_items', 'tenant_id', 'SELECT, INSERT, UPDATE'),
      // Which kinds of work there are is said by who works on them; claim_work takes operations alone.
      `ALTER TABLE work_items DROP CONSTRAINT work_items_kind_check`,
      `ALTER TABLE work_items ADD CONSTRAINT work_items_kind_check CHECK (kind ~ '^[a-z_]+$')`,
      `CREATE INDEX work_items_beside ON work_items (kind, due_at) WHERE kind <> 'operation'`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
