import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLAIM_WORK } from './claim-work.js';

/** Routing: what is to be done, for whom, and when. Ids, times and counters only; the queue is its doorbell. */
export class Work1764000000008 implements MigrationInterface {
  name = 'Work1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE work_items (
         id uuid PRIMARY KEY, workspace_id uuid NOT NULL, tenant_id uuid, kind text NOT NULL CHECK (kind IN ('operation')),
         subject_id uuid NOT NULL, authorization_server_id uuid, budget text NOT NULL CHECK (budget IN ('registration', 'token', 'none')),
         priority smallint NOT NULL DEFAULT 100, due_at timestamptz NOT NULL DEFAULT clock_timestamp(), lease_owner text, lease_until timestamptz,
         fence bigint NOT NULL DEFAULT 0, deliveries integer NOT NULL DEFAULT 0, created_at timestamptz NOT NULL)`,
      `CREATE UNIQUE INDEX work_items_subject ON work_items (kind, subject_id)`,
      `CREATE INDEX work_items_due ON work_items (authorization_server_id, budget, priority, due_at)`,
      `CREATE INDEX work_items_leases ON work_items (authorization_server_id, budget, lease_until) WHERE lease_until IS NOT NULL`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON work_items TO registrar_service`,
      CLAIM_WORK,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
