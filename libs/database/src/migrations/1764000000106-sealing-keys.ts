import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which data keys seal now, and since when. A routing table, because a worker must know of all workspaces at once which of them
 * are old enough for a successor. Ids and times only.
 */
export class SealingKeys1764000000106 implements MigrationInterface {
  name = 'SealingKeys1764000000106';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE keyring.sealing_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), key_id uuid NOT NULL, tenant_id uuid, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, key_id))`,
      `CREATE INDEX sealing_keys_age ON keyring.sealing_keys (created_at)`,
      `GRANT SELECT, INSERT, DELETE ON keyring.sealing_keys TO registrar_service`,
      // The owner is bound by the policies too: they are lifted for this one reading, within the migration's transaction.
      `ALTER TABLE keyring.data_keys NO FORCE ROW LEVEL SECURITY`,
      `INSERT INTO keyring.sealing_keys SELECT workspace_id, id, tenant_id, created_at FROM keyring.data_keys
        WHERE purpose = 'seal' AND status = 'active' AND wrapped IS NOT NULL`,
      `ALTER TABLE keyring.data_keys FORCE ROW LEVEL SECURITY`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
