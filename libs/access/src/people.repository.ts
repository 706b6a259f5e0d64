import type { Transaction } from '@registrar/database';
import { newId } from '@registrar/vault';
import type { Identity } from './identity.js';
import { PersonEntity, type PersonRow } from './person.entity.js';

/** How often it is written down that somebody is still there. */
const SEEN_EVERY_MS = 60_000;

/** The people of a workspace. */
export const personRows = {
  find: (tx: Transaction, id: string): Promise<PersonRow | null> =>
    tx.repository(PersonEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  /** Whoever this is, made known where nobody was by that subject. `isNew` once, of any number of transactions at once. */
  async meet(tx: Transaction, identity: Identity, now: Date): Promise<{ person: PersonRow; isNew: boolean }> {
    const { workspaceId } = tx.scope;
    const { issuer, subject, name } = identity;
    const people = tx.repository(PersonEntity);
    const known = await people.findOneBy({ workspaceId, issuer, subject });
    if (known?.name === name && now.getTime() - known.lastSeenAt.getTime() < SEEN_EVERY_MS) return { person: known, isNew: false };
    const [met] = await tx.query<{ id: string; is_new: boolean }>(
      `INSERT INTO people (workspace_id, id, issuer, subject, name, created_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
       ON CONFLICT (workspace_id, issuer, subject) DO UPDATE SET name = $5, last_seen_at = greatest(people.last_seen_at, $6)
       RETURNING id, xmax = 0 AS is_new`,
      [workspaceId, newId(), issuer, subject, name, now],
    );
    if (!met) throw new Error('A person could not be stored');
    const person = { workspaceId, id: met.id, issuer, subject, name, createdAt: known?.createdAt ?? now, lastSeenAt: now };
    return { person, isNew: met.is_new };
  },
};
