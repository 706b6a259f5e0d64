import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from './protect.js';

/** The audit chains and the outgoing event log. Both formats are final: chains are not rewritten. */
export class Records1764000000003 implements MigrationInterface {
  name = 'Records1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // One chain for each tenant and one for the workspace: chain_id is the tenant's or the workspace's id.
      `CREATE TABLE audit_chains (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), chain_id uuid NOT NULL, tenant_id uuid,
         seq bigint NOT NULL, mac bytea NOT NULL, PRIMARY KEY (workspace_id, chain_id))`,
      ...protect('audit_chains', null, 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE audit_events (
         workspace_id uuid NOT NULL, chain_id uuid NOT NULL, seq bigint NOT NULL, id uuid NOT NULL, tenant_id uuid,
         at timestamptz NOT NULL, actor jsonb NOT NULL, action text NOT NULL, subject_type text NOT NULL, subject_id uuid NOT NULL,
         request_id text NOT NULL, detail jsonb NOT NULL, key_id uuid NOT NULL, prev bytea NOT NULL, mac bytea NOT NULL,
         PRIMARY KEY (workspace_id, chain_id, seq),
         FOREIGN KEY (workspace_id, chain_id) REFERENCES audit_chains (workspace_id, chain_id))`,
      `CREATE INDEX audit_events_subject ON audit_events (workspace_id, subject_id)`,
      `CREATE INDEX audit_events_id ON audit_events (workspace_id, id)`,
      ...protect('audit_events', 'tenant_id', 'SELECT, INSERT'),
      `CREATE TABLE event_heads (workspace_id uuid PRIMARY KEY REFERENCES workspaces (id), position bigint NOT NULL)`,
      ...protect('event_heads', null, 'SELECT, INSERT, UPDATE'),
      `CREATE TABLE events (
         workspace_id uuid NOT NULL REFERENCES workspaces (id), position bigint NOT NULL, id uuid NOT NULL, type text NOT NULL,
         tenant_id uuid, subject_type text NOT NULL, subject_id uuid NOT NULL, data jsonb NOT NULL, at timestamptz NOT NULL,
         PRIMARY KEY (workspace_id, position))`,
      ...protect('events', 'tenant_id', 'SELECT, INSERT'),
      // Whoever is bound to tenants may write what belongs to none (a batch), and never reads it.
      ...['audit_events', 'events'].map(
        (table) => `ALTER POLICY scope ON ${table}
          WITH CHECK (workspace_id = nullif(current_setting('registrar.workspace_id', true), '')::uuid
            AND (tenant_id IS NULL OR registrar_tenant_visible(tenant_id)))`,
      ),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
