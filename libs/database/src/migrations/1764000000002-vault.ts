import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/**
 * Wrapped data keys lie in a schema of their own, so that it can be backed up apart and kept shortly: only then is
 * shredding true. Sealed values lie with the data.
 */
export class Vault1764000000002 implements MigrationInterface {
  name = 'Vault1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE SCHEMA keyring`,
      `GRANT USAGE ON SCHEMA keyring TO registrar_service`,
      // subject_key: the tenant's id, or the workspace's for what belongs to no tenant.
      `CREATE TABLE keyring.data_keys (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid, subject_key uuid NOT NULL,
         purpose text NOT NULL CHECK (purpose IN ('seal', 'audit')), generation integer NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired', 'shredded')),
         kek_id text NOT NULL, kek_version integer NOT NULL, wrapped bytea, seals bigint NOT NULL DEFAULT 0,
         created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, id),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
         UNIQUE (workspace_id, subject_key, purpose, generation))`,
      `CREATE UNIQUE INDEX data_keys_active ON keyring.data_keys (workspace_id, subject_key, purpose) WHERE status = 'active'`,
      `CREATE INDEX data_keys_kek ON keyring.data_keys (kek_id, kek_version)`,
      ...protect('keyring.data_keys', null),
      // Routing: the keys that hash API keys and authenticate cursors are read before any scope exists. Wrapped bytes only.
      `CREATE TABLE keyring.platform_keys (
         purpose text PRIMARY KEY, id uuid NOT NULL, kek_id text NOT NULL, kek_version integer NOT NULL, wrapped bytea NOT NULL,
         created_at timestamptz NOT NULL)`,
      `GRANT SELECT, INSERT, UPDATE ON keyring.platform_keys TO registrar_service`,
      `CREATE TABLE secrets (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), subject_id uuid NOT NULL, kind text NOT NULL, version integer NOT NULL,
         tenant_id uuid, key_id uuid NOT NULL, sealed bytea NOT NULL, created_at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, subject_id, kind, version),
         FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id))`,
      ...protect('secrets', null, 'SELECT, INSERT, DELETE'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
