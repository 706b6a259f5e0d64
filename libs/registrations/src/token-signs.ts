import type { Transaction } from '@registrar/database';
import { grantedScopes, splitScope } from '@registrar/dcr';
import type { ProblemDocument } from '@registrar/problem';
import type { Records } from './create-registrations.js';
import type { CredentialMaterial } from './credential-material.js';
import { beginOperations } from './start-operation.js';

/**
 * A token that was refused because the client is not known begins the ladder that finds out whether it is gone (H-40); where
 * something is under way already, that goes on.
 */
export async function doubtClient(
  tx: Transaction,
  { registrationId }: CredentialMaterial,
  problem: ProblemDocument,
  now: Date,
): Promise<void> {
  const upstream = problem['upstream'] as { readonly error?: string } | undefined;
  if (upstream?.error !== 'invalid_client') return;
  await beginOperations(tx, [{ registrationId, kind: 'verify', input: { cause: 'invalid_client' } }], now);
}

/** A token that is good for more than was ever asked for shows that somebody widened the client at the EHR (J-05, J-09, K-67). */
export async function noteScope(
  tx: Transaction,
  { registrationId, tenantId, client }: CredentialMaterial,
  granted: string,
  records: Records,
  now: Date,
): Promise<void> {
  const asked = client.requestedMetadata['scope'];
  if (typeof asked !== 'string' || asked === '' || grantedScopes(splitScope(asked), splitScope(granted)) !== 'widened') return;
  const changed = await tx.query(
    `UPDATE registrations SET drift = 'widened', version = version + 1, updated_at = $3 WHERE workspace_id = $2 AND id = $1 AND drift <> 'widened' RETURNING id`,
    [registrationId, tx.scope.workspaceId, now],
  );
  if (changed.length === 0) return;
  const subject = { type: 'registration', id: registrationId } as const;
  const data = { drift: 'widened', members: ['scope'] };
  records.audit.append(tx, { action: 'registration.drift', subject, tenantId, detail: data });
  records.events.append(tx, { type: 'registration.drifted', subject, tenantId, data });
}
