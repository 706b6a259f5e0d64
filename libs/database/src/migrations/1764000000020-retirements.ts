import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** When old credentials go and what is known of it, who fetched which keys, and rotations of many at once. */
export class Retirements1764000000020 implements MigrationInterface {
  name = 'Retirements1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE credentials ADD retire_at timestamptz, ADD retirement jsonb`,
      `CREATE INDEX credentials_retiring ON credentials (workspace_id, retire_at) WHERE stage = 'previous' AND retire_at IS NOT NULL`,
      // When each key was served first and last, and the work item that waits for the set to be fetched: times and ids.
      `ALTER TABLE published_documents ADD served text NOT NULL DEFAULT '{}', ADD awaited_by uuid`,
      `CREATE TABLE rotation_runs (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid, ehr_id uuid, application_id uuid,
         reason text NOT NULL CHECK (reason IN ('scheduled', 'compromised')), left_out jsonb NOT NULL DEFAULT '[]', created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), CHECK (num_nonnulls(tenant_id, ehr_id, application_id) = 1),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, ehr_id) REFERENCES ehrs (workspace_id, id),
         FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id))`,
      ...protect('rotation_runs', 'tenant_id', 'SELECT, INSERT'),
      `CREATE INDEX operations_run ON operations (workspace_id, (input->>'run_id')) WHERE kind = 'rotate' AND input ? 'run_id'`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
