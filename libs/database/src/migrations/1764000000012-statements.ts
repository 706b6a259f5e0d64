import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pools of initial access tokens, and when what lets us register runs out. */
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
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
