import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What names an answer in the vendor's own logs. */
export class Correlation1764000000032 implements MigrationInterface {
  name = 'Correlation1764000000032';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE attempts ADD COLUMN correlation jsonb`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
