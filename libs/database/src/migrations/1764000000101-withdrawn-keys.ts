import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a key is out of what is published, so that a key set is what its credentials say, whoever writes it. */
export class WithdrawnKeys1764000000101 implements MigrationInterface {
  name = 'WithdrawnKeys1764000000101';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE credentials ADD COLUMN withdrawn_at timestamptz`,
      `ALTER TABLE credentials NO FORCE ROW LEVEL SECURITY`,
      `UPDATE credentials SET withdrawn_at = (retirement->>'removed_at')::timestamptz
        WHERE key_set_id IS NOT NULL AND stage = 'previous' AND retirement ? 'removed_at'`,
      `ALTER TABLE credentials FORCE ROW LEVEL SECURITY`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
