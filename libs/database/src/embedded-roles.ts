import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Secret } from '@registrar/secret';

/** Owns the database and its tables, may create databases; migrations alone use it. */
export const OWNER_ROLE = 'registrar_owner';
/** What api and worker use: owns nothing, so no row security can be passed by. */
export const APP_ROLE = 'registrar_app';
export const DATABASE = 'registrar';
/** The group that the tables are granted to; migrations put the app's role into it. */
const SERVICE_GROUP = 'registrar_service';

/**
 * Makes the two roles and, where a name is given, the database. Asked again it changes nothing but the passwords.
 * @param adminUrl a role that may create roles and databases
 */
export async function ensureRoles(
  adminUrl: Secret,
  passwords: { readonly owner: Secret; readonly app: Secret },
  database?: string,
): Promise<void> {
  const client = new Client({ connectionString: adminUrl.expose() });
  await client.connect();
  try {
    await ensureRole(client, OWNER_ROLE, 'CREATEDB', passwords.owner);
    await ensureRole(client, APP_ROLE, 'NOCREATEDB', passwords.app);
    // Made here, so that the owner needs no right to make roles.
    const group = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [SERVICE_GROUP]);
    if (group.rowCount === 0) await client.query(`CREATE ROLE ${SERVICE_GROUP} NOLOGIN NOSUPERUSER NOBYPASSRLS`);
    await client.query(`GRANT ${SERVICE_GROUP} TO ${OWNER_ROLE} WITH ADMIN OPTION`);
    if (database === undefined) return;
    const name = escapeIdentifier(database);
    const there = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (there.rowCount === 0) await client.query(`CREATE DATABASE ${name} OWNER ${OWNER_ROLE} TEMPLATE template0`);
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${APP_ROLE}`);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: Client, role: string, createdb: 'CREATEDB' | 'NOCREATEDB', password: Secret): Promise<void> {
  const there = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  await client.query(
    `${there.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} WITH LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION ${createdb}
     PASSWORD ${escapeLiteral(password.expose())}`,
  );
}
