import type { DataSource } from 'typeorm';
import { databaseProblem } from './database.problems.js';
import { migrations } from './migrations/index.js';

interface RoleRow {
  role: string;
  superuser: boolean;
  bypasses: boolean;
  owned: string | null;
  member: boolean;
}

const ROLE = `
SELECT current_user AS role, r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
       (SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'keyring') AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'USAGE')) AS owned,
       coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = 'registrar_service'), false) AS member
  FROM pg_roles r WHERE r.rolname = current_user`;

/**
 * Refuses to start on a role for which row-level security would not hold, or on a schema that is behind.
 * @throws Problem database.role, whose detail holds the statements that mend it.
 */
export async function assertAppRole(source: DataSource): Promise<void> {
  const [found] = await source.query<RoleRow[]>(ROLE);
  if (!found) throw databaseProblem('database.role');
  const role = `"${found.role.replaceAll('"', '""')}"`;
  const make = `CREATE ROLE registrar_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '…'; GRANT registrar_service TO registrar_app;`;
  if (found.superuser || found.bypasses)
    refuse(`The role ${role} bypasses row-level security. Give DATABASE_URL a role of its own: ${make}`);
  if (found.owned !== null)
    refuse(
      `The role ${role} owns ${found.owned}. Keep the owner in DATABASE_OWNER_URL for migrations, and give DATABASE_URL another role: ${make}`,
    );
  if (!found.member)
    refuse(`The role ${role} may not use the tables. As the owner, after npm run migrate: GRANT registrar_service TO ${role};`);
  await refuseBehind(source);
}

/** Refuses a role that does not own the tables, one for which row-level security would not hold, and a schema that is behind. */
export async function assertOwnerRole(source: DataSource): Promise<void> {
  const [found] = await source.query<RoleRow[]>(ROLE);
  if (!found) throw databaseProblem('database.role');
  const role = `"${found.role.replaceAll('"', '""')}"`;
  if (found.superuser || found.bypasses)
    refuse(`The role ${role} bypasses row-level security. Give DATABASE_OWNER_URL the role that owns the tables, which does not.`);
  if (found.owned === null)
    refuse(`The role ${role} does not own the tables. Give DATABASE_OWNER_URL the role that npm run migrate runs as.`);
  await refuseBehind(source);
}

async function refuseBehind(source: DataSource): Promise<void> {
  const rows = await source.query<{ name: string }[]>('SELECT name FROM migrations');
  const applied = new Set(rows.map((row) => row.name));
  const behind = migrations.filter((migration) => !applied.has(migration.name));
  if (behind.length > 0) refuse(`The schema is behind by ${behind.length} migration(s). Run npm run migrate with DATABASE_OWNER_URL set.`);
}

function refuse(detail: string): never {
  throw databaseProblem('database.role', { detail });
}
