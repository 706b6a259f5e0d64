import type { Database, UnitOfWork } from '@registrar/database';
import { effectivePolicy } from './effective-policy.js';
import type { EffectivePolicy, PolicyRules } from './policy.js';

const LAYERS = `
SELECT p.rules FROM registrations r
  JOIN rotation_policies p ON p.workspace_id = r.workspace_id
   AND (p.application_id = r.application_id OR p.ehr_id = r.ehr_id OR p.tenant_id = r.tenant_id)
 WHERE r.workspace_id = $1 AND r.id = $2`;

/** What holds for one registration now: a policy that changed meanwhile binds what is under way too. */
export async function policyOf(database: Database, scope: UnitOfWork, registrationId: string): Promise<EffectivePolicy> {
  const rows = await database.transaction(scope, (tx) => tx.query<{ rules: PolicyRules }>(LAYERS, [scope.workspaceId, registrationId]));
  return effectivePolicy(rows.map(({ rules }) => rules));
}
