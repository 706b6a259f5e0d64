import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Registrations that were sent once more after a lost answer are counted for each server and day. */
export class Retried1764000000031 implements MigrationInterface {
  name = 'Retried1764000000031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX attempts_retried ON attempts (workspace_id, authorization_server_id) WHERE outcome->>'reason' = 'retried'`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
