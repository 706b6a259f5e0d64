import type { MigrationInterface, QueryRunner } from 'typeorm';

const OWN = `workspace_id = nullif(current_setting('registrar.workspace_id', true), '')::uuid`;
const UNBOUND = `nullif(current_setting('registrar.tenant_id', true), '') IS NULL`;
/** Row-level security holds the look at `ehrs` as well. */
const SEEN = `ehr_id IS NULL OR EXISTS (SELECT 1 FROM ehrs e WHERE e.workspace_id = rotation_policies.workspace_id AND e.id = rotation_policies.ehr_id)`;

/** Whoever is bound to hospitals is bound by the policies of the EHRs that they see, and sees those of no other (T1). */
export class PoliciesOfEhrs1764000000071 implements MigrationInterface {
  name = 'PoliciesOfEhrs1764000000071';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER POLICY scope ON rotation_policies
         USING (${OWN} AND (${UNBOUND} OR registrar_tenant_visible(tenant_id) OR (tenant_id IS NULL AND (${SEEN}))))`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
