import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which versions of which key-encryption keys the keyring hangs on, for each workspace. A routing table: whoever starts,
 * rewraps or retires a key must know it of all workspaces at once. Names and ids only.
 */
export class Keks1764000000050 implements MigrationInterface {
  name = 'Keks1764000000050';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE keyring.kek_uses (
         kek_id text NOT NULL, kek_version integer NOT NULL, workspace_id uuid NOT NULL REFERENCES workspaces (id),
         PRIMARY KEY (kek_id, kek_version, workspace_id))`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON keyring.kek_uses TO registrar_service`,
      // The owner is bound by the policies too: they are lifted for this one reading, within the migration's transaction.
      `ALTER TABLE keyring.data_keys NO FORCE ROW LEVEL SECURITY`,
      `INSERT INTO keyring.kek_uses SELECT DISTINCT kek_id, kek_version, workspace_id FROM keyring.data_keys WHERE wrapped IS NOT NULL`,
      `ALTER TABLE keyring.data_keys FORCE ROW LEVEL SECURITY`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
