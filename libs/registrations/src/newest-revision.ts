import type { Transaction } from '@registrar/database';

/** What is registered from nothing is registered as the application is by now. */
export async function useNewestRevision(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `UPDATE registrations r SET revision = a.current_revision FROM applications a
      WHERE r.id = $1 AND r.client_id IS NULL AND a.workspace_id = r.workspace_id AND a.id = r.application_id`,
    [id],
  );
}
