import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

const TENANT = `FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)`;
const REGISTRATION = `FOREIGN KEY (workspace_id, registration_id) REFERENCES registrations (workspace_id, id)`;

/** What was asked for, what was sent, and batches of it. */
export class Operations1764000000007 implements MigrationInterface {
  name = 'Operations1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE batches (
         workspace_id uuid NOT NULL, id uuid NOT NULL, application_id uuid NOT NULL, request jsonb NOT NULL,
         plan_hash text NOT NULL, left_out jsonb NOT NULL DEFAULT '[]', created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), FOREIGN KEY (workspace_id, application_id) REFERENCES applications (workspace_id, id))`,
      ...protect('batches', null, 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE operations (
         workspace_id uuid NOT NULL, id uuid NOT NULL, tenant_id uuid NOT NULL, registration_id uuid NOT NULL,
         kind text NOT NULL CHECK (kind IN ('register', 'update', 'rotate', 'verify', 'sync', 'deregister')),
         status text NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'waiting', 'action_required', 'outcome_unknown')),
         waiting jsonb, problem jsonb, steps jsonb NOT NULL DEFAULT '[]', input jsonb NOT NULL DEFAULT '{}', tries integer NOT NULL DEFAULT 0,
         requested_by jsonb NOT NULL, request_id text NOT NULL,
         created_at timestamptz NOT NULL, started_at timestamptz, finished_at timestamptz, updated_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id), ${TENANT}, ${REGISTRATION})`,
      `CREATE UNIQUE INDEX operations_one_open ON operations (workspace_id, registration_id)
         WHERE status IN ('queued', 'running', 'waiting')`,
      `CREATE INDEX operations_registration ON operations (workspace_id, registration_id, created_at)`,
      ...protect('operations', 'tenant_id', 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE batch_items (
         workspace_id uuid NOT NULL, batch_id uuid NOT NULL, registration_id uuid NOT NULL, tenant_id uuid NOT NULL,
         outcome text NOT NULL CHECK (outcome IN ('created', 'existing')), operation_id uuid,
         PRIMARY KEY (workspace_id, batch_id, registration_id), ${TENANT}, ${REGISTRATION},
         FOREIGN KEY (workspace_id, batch_id) REFERENCES batches (workspace_id, id),
         FOREIGN KEY (workspace_id, operation_id) REFERENCES operations (workspace_id, id))`,
      ...protect('batch_items', 'tenant_id', 'SELECT, INSERT, UPDATE'),
      // answer: the sealed raw exchange, stored before it is parsed, dropped when its contents are adopted.
      `CREATE TABLE attempts (
         workspace_id uuid NOT NULL, id uuid NOT NULL, tenant_id uuid NOT NULL, registration_id uuid NOT NULL,
         operation_id uuid NOT NULL, authorization_server_id uuid NOT NULL,
         kind text NOT NULL CHECK (kind IN ('register', 'read', 'update', 'deregister', 'worksheet')),
         status text NOT NULL CHECK (status IN ('sending', 'with_person', 'not_sent', 'refused', 'accepted', 'unknown',
           'adopted', 'applied', 'superseded', 'orphaned', 'resolved_absent', 'deleted')),
         fence bigint NOT NULL, marker text NOT NULL, marker_member text, url text NOT NULL, metadata jsonb NOT NULL, metadata_digest text NOT NULL,
         initial_access_token_id uuid, upstream_status integer, outcome jsonb, upstream_client_id text, local_address text,
         answer_key_id uuid, answer bytea, evidence jsonb, started_at timestamptz NOT NULL, deadline_at timestamptz NOT NULL, finished_at timestamptz,
         PRIMARY KEY (workspace_id, id), ${TENANT}, ${REGISTRATION},
         FOREIGN KEY (workspace_id, operation_id) REFERENCES operations (workspace_id, id),
         FOREIGN KEY (workspace_id, authorization_server_id) REFERENCES authorization_servers (workspace_id, id),
         FOREIGN KEY (workspace_id, initial_access_token_id) REFERENCES initial_access_tokens (workspace_id, id))`,
      `CREATE UNIQUE INDEX attempts_one_sending ON attempts (workspace_id, registration_id) WHERE status = 'sending'`,
      `CREATE UNIQUE INDEX attempts_one_adopted ON attempts (workspace_id, registration_id) WHERE kind = 'register' AND status = 'adopted'`,
      `CREATE INDEX attempts_operation ON attempts (workspace_id, operation_id, started_at)`,
      `CREATE INDEX attempts_registration ON attempts (workspace_id, registration_id, started_at)`,
      ...protect('attempts', 'tenant_id', 'SELECT, INSERT, UPDATE'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
