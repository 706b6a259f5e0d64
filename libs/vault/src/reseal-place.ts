import type { Database, UnitOfWork } from '@registrar/database';
import type { KeyOwner } from './data-keys.js';
import type { SealedPlace } from './sealed-place.js';
import type { Sealed, Vault } from './vault.js';

const AT_ONCE = 100;

type Row = Record<string, unknown> & { sealed: Buffer };

/** One data key whose values are sealed anew. */
export interface Resealing {
  readonly database: Database;
  readonly vault: Vault;
  readonly scope: UnitOfWork;
  readonly owner: KeyOwner;
  readonly keyId: string;
}

/**
 * Seals anew, by the owner's active key, what a place holds under an earlier one: a hundred values at a time, each batch in a
 * transaction of its own. What does not open is passed over and stays as it is; so does what somebody else holds just now.
 * @returns how many were sealed anew.
 */
export async function resealPlace(work: Resealing, place: SealedPlace, signal?: AbortSignal): Promise<number> {
  let done = 0;
  for (let after: Row | undefined; !signal?.aborted;) {
    const rows = await read(work, place, after);
    if (rows.length === 0) break;
    after = rows.at(-1);
    done += await write(work, place, await anew(work, place, rows));
  }
  return done;
}

function read({ database, scope, keyId }: Resealing, place: SealedPlace, after: Row | undefined): Promise<Row[]> {
  const columns = Object.entries(place.row);
  const names = columns.map(([name]) => name).join(', ');
  const from = columns.map(([, type], index) => `$${index + 3}::${type}`).join(', ');
  return database.transaction(scope, (tx) =>
    tx.query<Row>(
      `SELECT ${names}, ${place.sealed} AS sealed FROM ${place.table}
        WHERE workspace_id = $1 AND ${place.key} = $2 AND ${place.sealed} IS NOT NULL${after ? ` AND (${names}) > (${from})` : ''}
        ORDER BY ${names} LIMIT ${AT_ONCE}`,
      [scope.workspaceId, keyId, ...(after ? columns.map(([name]) => after[name]) : [])],
    ),
  );
}

interface Anew {
  readonly row: Row;
  readonly sealed: Sealed;
}

/** Outside of a transaction: a key may have to be unwrapped. */
async function anew({ vault, owner }: Resealing, place: SealedPlace, rows: readonly Row[]): Promise<Anew[]> {
  const sealer = await vault.prepare(owner);
  const opened = await Promise.all(
    rows.map(async (row) => {
      const plain = await vault.openBytes(owner, place.subjectOf(row), row.sealed).catch(() => undefined);
      if (!plain) return [];
      const sealed = sealer.seal(place.subjectOf(row), plain);
      plain.fill(0);
      return [{ row, sealed }];
    }),
  );
  return opened.flat();
}

/** Only what is still as it was read, and nobody works on: whoever came first has sealed by the new key already. */
async function write({ database, scope }: Resealing, place: SealedPlace, values: readonly Anew[]): Promise<number> {
  if (values.length === 0) return 0;
  const names = Object.keys(place.row);
  const types = [...Object.values(place.row), 'uuid', 'bytea', 'bytea'];
  const inputs = types.map((type, index) => `$${index + 2}::${type}[]`).join(', ');
  const same = names.map((name) => `t.${name} = i.${name}`).join(' AND ');
  const written = await database.transaction(scope, (tx) =>
    tx.query(
      `WITH i AS (SELECT * FROM unnest(${inputs}) AS i (${names.join(', ')}, by_key, before, anew)),
            held AS (SELECT i.* FROM ${place.table} t JOIN i ON ${same}
                      WHERE t.workspace_id = $1 AND t.${place.sealed} = i.before FOR UPDATE OF t SKIP LOCKED)
       UPDATE ${place.table} t SET ${place.key} = i.by_key, ${place.sealed} = i.anew
         FROM held i WHERE t.workspace_id = $1 AND ${same} RETURNING 1 AS done`,
      [
        scope.workspaceId,
        ...names.map((name) => values.map(({ row }) => row[name])),
        values.map(({ sealed }) => sealed.keyId),
        values.map(({ row }) => row.sealed),
        values.map(({ sealed }) => sealed.bytes),
      ],
    ),
  );
  return written.length;
}
