import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { AttemptKind, AttemptStatus, RegistrationStatus } from '@registrar/registrations';
import type { Stack } from '../support/index.js';

export interface BookedAttempt {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly status: AttemptStatus;
  readonly marker: string;
  readonly registrationId: string;
  readonly clientId: string | null;
  readonly fence: number;
}

export interface BookedRegistration {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly applicationId: string;
  readonly status: RegistrationStatus;
  readonly manageable: string | null;
  readonly clientRowId: string | null;
  readonly previousClientRowId: string | null;
  readonly residue: readonly unknown[];
  readonly fence: number;
}

export interface BookedClient {
  readonly id: string;
  readonly clientId: string;
  readonly status: 'live' | 'orphaned' | 'deleted';
}

export interface BookedOperation {
  readonly id: string;
  readonly registrationId: string;
  readonly kind: string;
  readonly status: string;
  readonly waiting: { readonly reason: string; readonly until?: string } | null;
}

/** What Registrar says of everything. */
export interface Books {
  readonly attempts: readonly BookedAttempt[];
  readonly registrations: readonly BookedRegistration[];
  readonly clients: readonly BookedClient[];
  readonly operations: readonly BookedOperation[];
  /** How often a registration's fence went back: somebody wrote who had been replaced. */
  readonly staleWrites: number;
}

/** Both sides, while others go on writing. */
export interface Account {
  /** Read before the books: whatever is in it, its attempt had been committed before. */
  readonly ledger: readonly LedgerEntry[];
  readonly books: Books;
  /** Read after them: whatever the books say of a client had happened before. */
  readonly ledgerAfter: readonly LedgerEntry[];
}

const BOOKS = `SELECT
  (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'status', status, 'marker', marker, 'registrationId', registration_id,
     'clientId', upstream_client_id, 'fence', fence)), '[]') FROM attempts) AS attempts,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'tenantId', tenant_id, 'ehrId', ehr_id, 'applicationId', application_id, 'status', status,
     'manageable', manageable, 'clientRowId', client_id, 'previousClientRowId', previous_client_id, 'residue', residue, 'fence', fence)), '[]')
     FROM registrations) AS registrations,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'clientId', client_id, 'status', status)), '[]') FROM clients) AS clients,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'registrationId', registration_id, 'kind', kind, 'status', status, 'waiting', waiting)), '[]')
     FROM operations) AS operations,
  (SELECT count(*)::integer FROM crash.stale_writes) AS "staleWrites"`;

/** Reads both sides, the servers' before and after. */
export async function readAccount(stack: Stack): Promise<Account> {
  const ledger = await stack.sandbox.ledger();
  const [books] = await stack.query<Books>(BOOKS);
  if (!books) throw new Error('The books cannot be read');
  return { ledger, books, ledgerAfter: await stack.sandbox.ledger() };
}

/** A witness in the database, outside of what is tested: it writes down whenever a fence goes back. */
export const WITNESS = `CREATE SCHEMA crash; CREATE TABLE crash.stale_writes (registration_id uuid, was bigint, is_now bigint);
CREATE FUNCTION crash.witness() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO crash.stale_writes VALUES (NEW.id, OLD.fence, NEW.fence); RETURN NULL; END $$;
CREATE TRIGGER crash_witness AFTER UPDATE ON registrations FOR EACH ROW WHEN (NEW.fence < OLD.fence) EXECUTE FUNCTION crash.witness();`;
