import type { Transaction } from '@registrar/database';
import type { Records } from './create-registrations.js';
import type { RegistrationView } from './registration-view.js';
import { registrationProblem } from './registrations.problems.js';
import { residueOf } from './residue.js';
import { updateProblem } from './updates.problems.js';

/** A named person's word that a client is to be registered anew, and why. */
export interface Confirmation {
  readonly confirm: boolean;
  readonly reason?: string;
}

/** Whether a client may be registered anew only with the yes of somebody other than the one who asks (issue 3, 8). */
export function needsSomebodyElse({ status, environment }: Pick<RegistrationView, 'status' | 'environment'>): boolean {
  return status === 'revoked_by_ehr' || environment === 'production';
}

/**
 * Lets go of a client that is gone or dead, so that another is registered in its place: only on somebody's word, which the audit
 * log keeps, never by itself (H-40, K-42). A client that may still live is left as residue.
 * @throws Problem registrations.confirmation_needed | registrations.not_possible_now
 */
export async function letGoOfClient(
  tx: Transaction,
  view: RegistrationView,
  word: Confirmation,
  records: Records,
  now: Date,
): Promise<void> {
  const { id, tenantId, status, clientId } = view;
  if (status !== 'revoked_by_ehr' && status !== 'credential_failed')
    throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${status}.` });
  if (!word.confirm || word.reason === undefined || word.reason.trim() === '') throw updateProblem('registrations.confirmation_needed');
  const gone = status === 'revoked_by_ehr';
  const workspaceId = tx.scope.workspaceId;
  const residue = gone || clientId === null ? [] : [residueOf('replaced', { clientId })];
  await tx.query(
    `UPDATE clients c SET status = $3, ended_at = $4, ended_by = $5, updated_at = $4 FROM registrations r WHERE r.workspace_id = $1 AND r.id = $2 AND c.workspace_id = $1 AND c.id = r.client_id
        AND NOT EXISTS (SELECT 1 FROM registrations x WHERE x.workspace_id = $1 AND x.client_id = c.id AND x.id <> r.id)`,
    [workspaceId, id, gone ? 'deleted' : 'orphaned', now, gone ? 'ehr' : 'replaced'],
  );
  await tx.query(
    `UPDATE credentials SET stage = 'retired', retired_at = $3 WHERE workspace_id = $1 AND registration_id = $2 AND stage <> 'retired'`,
    [workspaceId, id, now],
  );
  await tx.query(
    `UPDATE attempts SET status = $3 WHERE workspace_id = $1 AND registration_id = $2 AND kind IN ('register', 'import', 'worksheet') AND status = 'adopted'`,
    [workspaceId, id, gone ? 'deleted' : 'superseded'],
  );
  await tx.query(
    `UPDATE registrations SET client_id = NULL, manageable = NULL, proof = NULL, drift = 'none', residue = residue || $3::jsonb, version = version + 1, updated_at = $4
      WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, id, JSON.stringify(residue), now],
  );
  const detail = { confirmed: true, reason: word.reason, client_id: clientId, was: status };
  records.audit.append(tx, { action: 'registration.confirm', subject: { type: 'registration', id }, tenantId, detail });
}
