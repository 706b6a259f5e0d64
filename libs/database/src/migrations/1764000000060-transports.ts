import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an EHR needs to be reached beside the rules for all. Public parts alone: the private key lies in `secrets`. */
export class Transports1764000000060 implements MigrationInterface {
  name = 'Transports1764000000060';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE ehrs ADD COLUMN transport jsonb, ADD COLUMN transport_version integer, ADD COLUMN proposed_transport jsonb`,
      `ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check, DROP CONSTRAINT approvals_subject_type_check`,
      `ALTER TABLE approvals
         ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('rollout', 'update', 'reregistration', 'transport')),
         ADD CONSTRAINT approvals_subject_type_check CHECK (subject_type IN ('rollout', 'registration', 'ehr'))`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
