import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys that statements are signed with are replaced in time: when each begins to sign, how long it is needed, since when it is gone. */
export class StatementKeys1764000000102 implements MigrationInterface {
  name = 'StatementKeys1764000000102';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE statement_keys NO FORCE ROW LEVEL SECURITY`,
      `ALTER TABLE software_statements NO FORCE ROW LEVEL SECURITY`,
      `ALTER TABLE statement_keys ADD COLUMN signs_from timestamptz, ADD COLUMN needed_until timestamptz, ADD COLUMN retired_at timestamptz`,
      `UPDATE statement_keys k SET signs_from = created_at,
         needed_until = (SELECT max(s.expires_at) FROM software_statements s WHERE s.workspace_id = k.workspace_id AND s.origin = 'issued' AND s.alg = k.alg)`,
      `ALTER TABLE statement_keys ALTER COLUMN signs_from SET NOT NULL`,
      `DROP INDEX statement_keys_alg`,
      `CREATE UNIQUE INDEX statement_keys_next ON statement_keys (workspace_id, alg, signs_from)`,
      `GRANT UPDATE ON statement_keys TO registrar_service`,
      // Each workspace that signs is looked at in time.
      `INSERT INTO work_items (id, workspace_id, kind, subject_id, budget, due_at, wake_at, created_at)
       SELECT gen_random_uuid(), workspace_id, 'statement_keys', workspace_id, 'none', 'infinity', now(), now()
         FROM (SELECT DISTINCT workspace_id FROM statement_keys) k`,
      `ALTER TABLE statement_keys FORCE ROW LEVEL SECURITY`,
      `ALTER TABLE software_statements FORCE ROW LEVEL SECURITY`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
