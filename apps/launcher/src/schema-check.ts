import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource, migrate, startEmbeddedPostgres } from '@registrar/database';
import { differences } from './schema-check-difference.js';
import { exportedEntities } from './schema-check-entities.js';
import { mappedTables, migratedTables } from './schema-check-table.js';
import { UNMAPPED_TABLES } from './schema-check-unmapped.js';
import { explain } from './terminal.js';

// Part of npm run check: migrates an empty database and compares it with every entity.
const started = performance.now();
const parent = mkdtempSync(join(tmpdir(), 'registrar-check-'));
// Postgres runs as another account where we are root.
chmodSync(parent, 0o755);
try {
  // The libraries load while the database is made.
  const exported = exportedEntities(join(import.meta.dirname, '../../../libs'));
  exported.catch(() => undefined);
  const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
  const postgres = await startEmbeddedPostgres({ home: join(parent, 'home'), settings });
  try {
    const url = postgres.databaseOwnerUrl.expose();
    await migrate(url, 'registrar_app');
    const { entities, forgotten } = await exported;
    const source = createDataSource({ url, poolSize: 1, entities, applicationName: 'registrar-check' });
    await source.initialize();
    const mapped = mappedTables(source);
    const found = [...forgotten, ...differences(mapped, await migratedTables(source), UNMAPPED_TABLES)];
    await source.destroy();
    if (found.length > 0) {
      process.stderr.write(`The entities and the migrations do not say the same:\n${found.map((line) => `  ${line}\n`).join('')}`);
      process.exitCode = 1;
    } else {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${mapped.length} entities equal the migrated tables (${seconds} s).\n`);
    }
  } finally {
    await postgres.stop();
  }
} catch (error) {
  process.stderr.write(`The entities could not be compared with the migrations: ${explain(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(parent, { recursive: true, force: true });
}
