import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** Who was shown which version of a secret: so it is known who still holds one that is about to be retired. */
export class Readers1764000000016 implements MigrationInterface {
  name = 'Readers1764000000016';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE credential_readers (
         workspace_id uuid NOT NULL, credential_id uuid NOT NULL, reader_type text NOT NULL, reader_id text NOT NULL, tenant_id uuid, name text,
         first_read_at timestamptz NOT NULL, last_read_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, credential_id, reader_type, reader_id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         FOREIGN KEY (workspace_id, credential_id) REFERENCES credentials (workspace_id, id))`,
      ...protect('credential_readers', 'tenant_id', 'SELECT, INSERT, UPDATE'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
