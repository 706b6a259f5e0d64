import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Registration access tokens that end are renewed at half of their life (H-07): when, and what is due first. */
export class AccessRenewals1764000000041 implements MigrationInterface {
  name = 'AccessRenewals1764000000041';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE clients ADD COLUMN registration_access_token_renew_at timestamptz`,
      `UPDATE clients SET registration_access_token_renew_at = updated_at + (registration_access_token_expires_at - updated_at) / 2
        WHERE registration_access_token_expires_at > updated_at`,
      `CREATE INDEX clients_renewals ON clients (workspace_id, registration_access_token_renew_at) WHERE registration_access_token_renew_at IS NOT NULL`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
