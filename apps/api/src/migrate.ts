import { loadConfig } from '@registrar/config';
import { migrate } from '@registrar/database';
import { migrateQueue } from '@registrar/jobs';
import { Problem, problemInWords } from '@registrar/problem';

// npm run migrate: applies what is missing with the owner's role, and lets the app's role use the tables.
const APP_ROLE = 'registrar_app';

try {
  const config = loadConfig();
  if (!config.DATABASE_OWNER_URL) throw new Error('Set DATABASE_OWNER_URL to the role that owns the database.');
  const login = config.DATABASE_URL ? new URL(config.DATABASE_URL.expose()).username : '';
  const role = login === '' ? APP_ROLE : decodeURIComponent(login);
  const applied = await migrate(config.DATABASE_OWNER_URL.expose(), role);
  await migrateQueue(config.DATABASE_OWNER_URL, role);
  process.stdout.write(applied.length === 0 ? 'The schema is up to date.\n' : `Applied: ${applied.join(', ')}\n`);
} catch (error) {
  const said = error instanceof Problem ? problemInWords(error) : error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`The migration failed: ${said}\n`);
  process.exitCode = 1;
}
