import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A data key gets a successor while it is in use: `retiring` opens and seals nothing more, until nothing is sealed by it. What
 * is sealed by a key is found by an index. The routing table says of all workspaces at once which keys are on their way; ids only.
 */
export class DataKeyGenerations1764000000090 implements MigrationInterface {
  name = 'DataKeyGenerations1764000000090';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE keyring.data_keys DROP CONSTRAINT data_keys_status_check,
         ADD CONSTRAINT data_keys_status_check CHECK (status IN ('active', 'retiring', 'retired', 'shredded')),
         ADD COLUMN retiring_since timestamptz`,
      `CREATE TABLE keyring.retiring_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), key_id uuid NOT NULL, PRIMARY KEY (workspace_id, key_id))`,
      `GRANT SELECT, INSERT, DELETE ON keyring.retiring_keys TO registrar_service`,
      // Sealed anew in its place: what it is sealed under changes, never what it is.
      `GRANT UPDATE (key_id, sealed) ON secrets TO registrar_service`,
      `CREATE INDEX secrets_key ON secrets (workspace_id, key_id)`,
      `CREATE INDEX attempts_answer_key ON attempts (workspace_id, answer_key_id) WHERE answer IS NOT NULL`,
      `CREATE INDEX access_tokens_key ON access_tokens (workspace_id, key_id) WHERE sealed IS NOT NULL`,
      `CREATE INDEX pooled_keys_key ON pooled_keys (workspace_id, key_id)`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
