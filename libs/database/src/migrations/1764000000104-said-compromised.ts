import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When what a registration authenticates with was last said to be compromised, and something else of it was under way. */
export class SaidCompromised1764000000104 implements MigrationInterface {
  name = 'SaidCompromised1764000000104';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE registrations ADD COLUMN compromised_at timestamptz`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
