import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Approvals are of kinds that go on when they are given: nothing waits for one of a hospital. */
export class Replacements1764000000030 implements MigrationInterface {
  name = 'Replacements1764000000030';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check`,
      `ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('rollout', 'update', 'reregistration'))`,
      `ALTER TABLE approvals DROP CONSTRAINT approvals_subject_type_check`,
      `ALTER TABLE approvals ADD CONSTRAINT approvals_subject_type_check CHECK (subject_type IN ('rollout', 'registration'))`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
