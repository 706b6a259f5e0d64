import type { Database, UnitOfWork } from '@registrar/database';
import type { PublicJwk } from '@registrar/keys';
import type { Work } from '@registrar/registrations';

/** What is known of the end of a credential: it is shown with the credential. */
export interface Retirement {
  readonly removed_at?: string;
  readonly last_cache_ends_at?: string;
  readonly refused_at?: string;
  readonly shown?: 'refused' | 'removed';
  /** How many readers were shown it and not its successor when its overlap was over. */
  readonly readers_behind?: number;
  /** How often the client that was replaced could not be deleted. */
  readonly tries?: number;
}

/** When the credential that is current now took the place of the one before. */
export async function replacedAt(database: Database, scope: UnitOfWork, registrationId: string): Promise<Date | undefined> {
  const [row] = await database.transaction(scope, (tx) =>
    tx.query<{ at: Date | null }>(`SELECT promoted_at AS at FROM credentials WHERE registration_id = $1 AND stage = 'current'`, [
      registrationId,
    ]),
  );
  return row?.at ?? undefined;
}

/** The keys of earlier rotations that have not gone yet, but for the one that goes now: a server that is given keys keeps them too. */
export async function overlappingKeys(database: Database, { scope, registration, client }: Work, going?: string): Promise<PublicJwk[]> {
  const rows = await database.transaction(scope, (tx) =>
    tx.query<{ jwk: PublicJwk }>(
      `SELECT public_jwk AS jwk FROM credentials WHERE registration_id = $1 AND stage = 'previous' AND kind = 'private_key' AND public_jwk IS NOT NULL
          AND client_id = $3 AND id IS DISTINCT FROM $2 AND NOT coalesce(retirement ? 'removed_at', false) ORDER BY version`,
      [registration.id, going ?? null, client?.id ?? null],
    ),
  );
  return rows.map(({ jwk }) => jwk);
}

export async function retirementOf(database: Database, scope: UnitOfWork, credentialId: string): Promise<Retirement | undefined> {
  const [row] = await database.transaction(scope, (tx) =>
    tx.query<{ retirement: Retirement | null }>('SELECT retirement FROM credentials WHERE id = $1', [credentialId]),
  );
  return row?.retirement ?? undefined;
}

/** Notes it, and with `again` when to look at the credential again. A first moment stays: what is repeated is not later. */
export async function noteRetirement(
  database: Database,
  scope: UnitOfWork,
  credentialId: string,
  known: Retirement,
  again?: Date,
): Promise<void> {
  await database.transaction(scope, (tx) =>
    tx.query(
      `UPDATE credentials SET retirement = $2::jsonb || coalesce(retirement, '{}') || ($2::jsonb - 'removed_at' - 'last_cache_ends_at'),
              retire_at = coalesce($3, retire_at) WHERE id = $1`,
      [credentialId, JSON.stringify(known), again ?? null],
    ),
  );
}
