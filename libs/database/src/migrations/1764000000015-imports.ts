import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A client that was registered by hand is accounted for by an attempt too, though nothing was sent. */
export class Imports1764000000015 implements MigrationInterface {
  name = 'Imports1764000000015';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE attempts DROP CONSTRAINT attempts_kind_check,
         ADD CONSTRAINT attempts_kind_check CHECK (kind IN ('register', 'read', 'update', 'deregister', 'worksheet', 'import'))`,
      `DROP INDEX attempts_one_adopted`,
      `CREATE UNIQUE INDEX attempts_one_adopted ON attempts (workspace_id, registration_id) WHERE kind IN ('register', 'import') AND status = 'adopted'`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
