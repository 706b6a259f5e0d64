import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** By what a leaked secret is matched to its record, and the links by which a hospital sees what is held at it. */
export class Disclosures1764000000081 implements MigrationInterface {
  name = 'Disclosures1764000000081';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // Keyed: nobody who has the table alone can try guesses. Stays when the secret is destroyed or its key is shredded.
      `CREATE TABLE secret_fingerprints (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), subject_id uuid NOT NULL, kind text NOT NULL, version integer NOT NULL,
         fingerprint bytea NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, subject_id, kind, version))`,
      `CREATE INDEX secret_fingerprints_of ON secret_fingerprints (workspace_id, fingerprint)`,
      ...protect('secret_fingerprints', null, 'SELECT, INSERT'),
      `CREATE TABLE tenant_links (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid NOT NULL, note text, created_by jsonb NOT NULL,
         created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, revoked_at timestamptz, opened_at timestamptz,
         PRIMARY KEY (workspace_id, id), FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id))`,
      `CREATE INDEX tenant_links_tenant ON tenant_links (workspace_id, tenant_id, id)`,
      ...protect('tenant_links', 'tenant_id', 'SELECT, INSERT, UPDATE'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
