import { createDataSource } from './data-source.js';

const LOCK = 7_266_134_512;

/**
 * Applies what is missing with the owner's role, one process at a time, and lets the app's role use it.
 * @returns the names of the migrations that this call applied.
 */
export async function migrate(ownerUrl: string, appRole: string): Promise<string[]> {
  const source = createDataSource({ url: ownerUrl, poolSize: 2, applicationName: 'registrar-migrate' });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SET lock_timeout = 0; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0');
    await runner.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const applied = await source.runMigrations({ transaction: 'each' });
    const role = `"${appRole.replaceAll('"', '""')}"`;
    await runner.query(`GRANT registrar_service TO ${role}`);
    await runner.query(`GRANT SELECT ON migrations TO registrar_service`);
    return applied.map((migration) => migration.name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}
