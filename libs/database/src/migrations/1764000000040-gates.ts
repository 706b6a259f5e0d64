import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLAIM_WORK_BY_TURN, DUE_TENANTS } from './claim-work-by-turn.js';
import { NOTE_GATE, NOTE_PROBE, WAKE_WAITING } from './gate-breaker.js';

/** The breaker of each gate, and hospitals served in turn. */
export class Gates1764000000040 implements MigrationInterface {
  name = 'Gates1764000000040';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE upstream_gates ADD COLUMN throttled integer NOT NULL DEFAULT 0, ADD COLUMN window_from timestamptz,
         ADD COLUMN window_total integer NOT NULL DEFAULT 0, ADD COLUMN window_failed integer NOT NULL DEFAULT 0,
         ADD COLUMN served_tenant_id uuid`,
      `ALTER TABLE work_items ADD COLUMN waits_for_server boolean NOT NULL DEFAULT false`,
      `DROP INDEX work_items_due`,
      `CREATE INDEX work_items_due ON work_items (authorization_server_id, budget, tenant_id, priority, due_at)`,
      DUE_TENANTS,
      CLAIM_WORK_BY_TURN,
      WAKE_WAITING,
      NOTE_GATE,
      NOTE_PROBE,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
