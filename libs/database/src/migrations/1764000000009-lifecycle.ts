import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What managing a client needs beside registering it: versions of its registration access token, and waits in business time. */
export class Lifecycle1764000000009 implements MigrationInterface {
  name = 'Lifecycle1764000000009';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE clients ADD COLUMN registration_access_token_version integer NOT NULL DEFAULT 1,
         ADD COLUMN registration_access_token_expires_at timestamptz, ADD COLUMN expires_at timestamptz`,
      // due_at is the database's clock, wake_at the business clock: a day's soak is a day of business time.
      `ALTER TABLE work_items ADD COLUMN wake_at timestamptz`,
      `CREATE INDEX work_items_wake ON work_items (wake_at) WHERE wake_at IS NOT NULL`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
