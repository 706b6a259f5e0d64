import type { Environment, Transaction } from '@registrar/database';
import { In } from 'typeorm';
import { AuthorizationServerEntity, type AuthorizationServerRow } from './authorization-server.entity.js';
import type { Lesson } from './server-lesson.js';

/** The rows of authorization servers, within the scope of the open transaction. */
export const serverRows = {
  find: (tx: Transaction, ids: readonly string[]): Promise<AuthorizationServerRow[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : tx.repository(AuthorizationServerEntity).findBy({ workspaceId: tx.scope.workspaceId, id: In([...ids]) }),

  lock: (tx: Transaction, id: string): Promise<AuthorizationServerRow | null> =>
    tx
      .repository(AuthorizationServerEntity)
      .findOne({ where: { workspaceId: tx.scope.workspaceId, id }, lock: { mode: 'pessimistic_write' } }),

  /** Locks the server that goes by one of these identities, the first one preferred. */
  async lockIdentity(tx: Transaction, environment: Environment, identities: readonly string[]): Promise<AuthorizationServerRow | null> {
    const rows = await tx.repository(AuthorizationServerEntity).find({
      where: { workspaceId: tx.scope.workspaceId, environment, identity: In([...identities]) },
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    return identities.map((identity) => rows.find((row) => row.identity === identity)).find((row) => row !== undefined) ?? null;
  },

  /** Inserts unless somebody else just did. @returns whether this call made the row. */
  async insert(tx: Transaction, row: AuthorizationServerRow): Promise<boolean> {
    const result = await tx
      .repository(AuthorizationServerEntity)
      .createQueryBuilder()
      .insert()
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length > 0;
  },

  async update(tx: Transaction, row: AuthorizationServerRow): Promise<void> {
    const { workspaceId, id, ...values } = row;
    await tx.repository(AuthorizationServerEntity).update({ workspaceId, id }, values);
  },

  async learn(tx: Transaction, lesson: Lesson, at: Date): Promise<void> {
    const { authorizationServerId, quirks, proofControl } = lesson;
    await tx.query(LEARN, [tx.scope.workspaceId, authorizationServerId, JSON.stringify(quirks ?? {}), at, proofControl ?? null]);
  },
};

const LEARN = `
UPDATE authorization_servers SET updated_at = $4, version = version + 1, proof_control = coalesce($5, proof_control),
       learned_quirks = learned_quirks || $3::jsonb || CASE WHEN $3::jsonb ? 'droppedMembers' THEN jsonb_build_object('droppedMembers',
         (SELECT jsonb_agg(DISTINCT member) FROM jsonb_array_elements(
            coalesce(learned_quirks->'droppedMembers', '[]'::jsonb) || ($3::jsonb->'droppedMembers')) AS member)) ELSE '{}'::jsonb END
 WHERE workspace_id = $1 AND id = $2`;
