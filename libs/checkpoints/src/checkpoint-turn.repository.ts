import type { Database } from '@registrar/database';

/** A checkpoint is due after this many seconds, or this many entries, whichever is first (T13). */
const EVERY_SECONDS = 60;
const EVERY_ENTRIES = 1_000;
const HELD_SECONDS = 60;

/** Whose turn it is, over all workers, by the database's clock. */
export const checkpointTurn = {
  /** Takes the turn where one is due and nobody has it. Whoever dies with it is followed by another after a minute. */
  async take(database: Database, holder: string): Promise<boolean> {
    const rows = await database.routing(
      `WITH s AS MATERIALIZED (SELECT last_value FROM audit_appended)
       UPDATE checkpoint_turns SET appended = s.last_value, taken_at = clock_timestamp(), held_until = clock_timestamp() + $2 * interval '1 second', holder = $1
         FROM s
        WHERE held_until <= clock_timestamp()
          AND (taken_at <= clock_timestamp() - $3 * interval '1 second' OR s.last_value - appended >= $4) RETURNING one`,
      [holder, HELD_SECONDS, EVERY_SECONDS, EVERY_ENTRIES],
    );
    return rows.length > 0;
  },

  /** Holds on to it while there is still something to do. @returns false where somebody else has it by now. */
  async keep(database: Database, holder: string): Promise<boolean> {
    const rows = await database.routing(
      `UPDATE checkpoint_turns SET held_until = clock_timestamp() + $2 * interval '1 second' WHERE holder = $1 RETURNING one`,
      [holder, HELD_SECONDS],
    );
    return rows.length > 0;
  },

  async giveBack(database: Database, holder: string): Promise<void> {
    await database.routing(`UPDATE checkpoint_turns SET held_until = clock_timestamp(), holder = NULL WHERE holder = $1`, [holder]);
  },
};
