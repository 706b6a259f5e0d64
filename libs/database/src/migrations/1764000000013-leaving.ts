import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is suspended, and what goes away. */
export class Leaving1764000000013 implements MigrationInterface {
  name = 'Leaving1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // Beside suspended_from: what a person had to do before it was suspended.
      `ALTER TABLE registrations ADD COLUMN suspended_action text`,
      // When a client was given up, and what showed that it is gone (or why it is not).
      `ALTER TABLE clients ADD COLUMN ended_at timestamptz, ADD COLUMN ended_by text`,
      `CREATE INDEX clients_orphaned ON clients (workspace_id, id) WHERE status = 'orphaned'`,
      `CREATE INDEX attempts_orphaned ON attempts (workspace_id, id) WHERE status = 'orphaned'`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
