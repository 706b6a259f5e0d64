import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a client is next compared with what was asked for, by business time. */
export class Syncs1764000000014 implements MigrationInterface {
  name = 'Syncs1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE registrations ADD next_sync_at timestamptz`,
      `CREATE INDEX registrations_sync ON registrations (workspace_id, next_sync_at) WHERE status = 'active' AND next_sync_at IS NOT NULL`,
      `CREATE INDEX registrations_unsynced ON registrations (workspace_id, id) WHERE status = 'active' AND next_sync_at IS NULL`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
