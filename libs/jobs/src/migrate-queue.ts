import { PostgresConnection } from 'bullmq';
import type { Secret } from '@registrar/secret';
import { QUEUE_SCHEMA } from './queue-backend.js';

const LOCK = 7_266_134_513;

/**
 * Brings BullMQ's own schema up to date with the owner's role, and lets `role` (the app's, or a group that it is in) work
 * with it. CREATE is among the rights: BullMQ makes a sequence for each queue. Safe to run from several starts at once.
 */
export async function migrateQueue(ownerUrl: Secret, role: string): Promise<void> {
  const connection = new PostgresConnection({ connectionString: ownerUrl.expose(), schema: QUEUE_SCHEMA, migrate: true, max: 1 });
  try {
    await connection.waitUntilReady();
    const client = await connection.pool.connect();
    const grantee = `"${role.replaceAll('"', '""')}"`;
    try {
      // One transaction and a lock: two GRANTs on one object at once fail in PostgreSQL.
      await client.query(
        [
          'BEGIN',
          `SELECT pg_advisory_xact_lock(${LOCK})`,
          `GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO ${grantee}`,
          `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${grantee}`,
          // Not ON ALL SEQUENCES: those that the app has made for its queues are its own, and the owner may not grant them.
          ownSequences(grantee),
          `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${QUEUE_SCHEMA} TO ${grantee}`,
          `ALTER DEFAULT PRIVILEGES IN SCHEMA ${QUEUE_SCHEMA} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${grantee}`,
          `ALTER DEFAULT PRIVILEGES IN SCHEMA ${QUEUE_SCHEMA} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO ${grantee}`,
          'COMMIT',
        ].join('; '),
      );
    } finally {
      client.release();
    }
  } finally {
    await connection.close();
  }
}

function ownSequences(grantee: string): string {
  return `DO $grant$ DECLARE one regclass; BEGIN
    FOR one IN SELECT oid::regclass FROM pg_class WHERE relkind = 'S' AND relnamespace = '${QUEUE_SCHEMA}'::regnamespace AND relowner = current_user::regrole LOOP
      EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO %s', one, $role$${grantee}$role$);
    END LOOP; END $grant$`;
}
