import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** Signed checkpoints of the audit chains, and where a chain begins whose old entries were cut off. */
export class Checkpoints1764000000080 implements MigrationInterface {
  name = 'Checkpoints1764000000080';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // How many entries were ever appended, of all workspaces: a number, so that a worker sees without reading any that a checkpoint is due.
      `CREATE SEQUENCE audit_appended`,
      `GRANT USAGE, SELECT ON SEQUENCE audit_appended TO registrar_service`,
      // The last entry that was cut off, and the proof that Registrar did it. Only the owner's role takes entries out.
      `ALTER TABLE audit_chains ADD COLUMN cut_seq bigint NOT NULL DEFAULT 0, ADD COLUMN cut_mac bytea, ADD COLUMN cut_proof bytea,
         ADD COLUMN cut_key_id uuid`,
      `CREATE TABLE audit_checkpoints (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), n bigint NOT NULL, at timestamptz NOT NULL, jws text NOT NULL, sha256 text NOT NULL,
         sent_at timestamptz, PRIMARY KEY (workspace_id, n))`,
      `CREATE INDEX audit_checkpoints_unsent ON audit_checkpoints (workspace_id, n) WHERE sent_at IS NULL`,
      ...protect('audit_checkpoints', null),
      // Beside the heads, so that nobody who writes an entry waits for a checkpoint.
      `CREATE TABLE audit_checkpointed (
         workspace_id uuid NOT NULL, chain_id uuid NOT NULL, seq bigint NOT NULL, n bigint NOT NULL, PRIMARY KEY (workspace_id, chain_id),
         FOREIGN KEY (workspace_id, chain_id) REFERENCES audit_chains (workspace_id, chain_id))`,
      `CREATE INDEX audit_checkpointed_n ON audit_checkpointed (workspace_id, n)`,
      ...protect('audit_checkpointed', null),
      // Routing: whose turn it is to make checkpoints, over all workspaces. One row.
      `CREATE TABLE checkpoint_turns (
         one boolean PRIMARY KEY CHECK (one), appended bigint NOT NULL, taken_at timestamptz NOT NULL, held_until timestamptz NOT NULL, holder uuid)`,
      `INSERT INTO checkpoint_turns VALUES (true, 0, now(), now())`,
      `GRANT SELECT, UPDATE ON checkpoint_turns TO registrar_service`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
