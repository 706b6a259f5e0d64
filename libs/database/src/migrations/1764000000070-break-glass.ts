import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A secret that somebody without the right may be shown for an hour, once somebody else has said yes. */
export class BreakGlass1764000000070 implements MigrationInterface {
  name = 'BreakGlass1764000000070';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check`);
    await runner.query(
      `ALTER TABLE approvals
         ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('rollout', 'update', 'reregistration', 'transport', 'reveal'))`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
