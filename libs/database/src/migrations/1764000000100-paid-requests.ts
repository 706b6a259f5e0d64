import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLAIM_WORK_BY_COST } from './claim-work-by-cost.js';

/** What each work item may send, and what each gate let through within the last second. */
export class PaidRequests1764000000100 implements MigrationInterface {
  name = 'PaidRequests1764000000100';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE work_items ADD COLUMN cost smallint NOT NULL DEFAULT 1`,
      `ALTER TABLE operations NO FORCE ROW LEVEL SECURITY`,
      `UPDATE work_items w SET cost = CASE o.kind WHEN 'update' THEN 2 ELSE 3 END
         FROM operations o WHERE w.kind = 'operation' AND o.id = w.subject_id AND o.kind IN ('rotate', 'update', 'deregister')`,
      `ALTER TABLE operations FORCE ROW LEVEL SECURITY`,
      `ALTER TABLE upstream_gates ADD COLUMN spent_at timestamptz[] NOT NULL DEFAULT '{}', ADD COLUMN spent integer[] NOT NULL DEFAULT '{}'`,
      `DROP FUNCTION claim_work(text, integer, integer)`,
      CLAIM_WORK_BY_COST,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
