import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a credential has to be replaced at the latest, whatever the policy says: the server may end it by itself. */
export class ReplacedByThen1764000000105 implements MigrationInterface {
  name = 'ReplacedByThen1764000000105';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials ADD COLUMN replace_at timestamptz`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
