import type { Transaction } from '@registrar/database';
import type { Promoted } from '@registrar/registrations';
import type { DueInput } from './due.js';
import { effectivePolicy } from './effective-policy.js';
import type { PolicyRules } from './policy.js';

/** What a registration's schedule hangs on. `input` is absent where it has no credential that could be rotated. */
export interface ScheduleInput {
  readonly registrationId: string;
  readonly input?: DueInput;
}

interface Row {
  id: string;
  since: Date | null;
  expires_at: Date | null;
  replace_at: Date | null;
  client_since: Date | null;
  client_expires_at: Date | null;
  layers: (PolicyRules | null)[];
}

const policyOf = (name: string, column: string) =>
  `LEFT JOIN LATERAL (SELECT p.rules FROM rotation_policies p WHERE p.workspace_id = $2 AND p.${column} = r.${column} OFFSET 0) ${name} ON true`;

// Row by row from the ids on, whatever the planner's statistics say of the workspace. The client's id is made up apart: under
// row-level security only a plain column is looked up in an index, since what is made of columns may fail and so tell of hidden rows.
const INPUTS = `
SELECT r.id, coalesce(k.promoted_at, k.created_at) AS since, k.expires_at, k.replace_at, c.created_at AS client_since, c.expires_at AS client_expires_at,
       jsonb_build_array(t.rules, e.rules, a.rules) AS layers
  FROM unnest($1::uuid[]) WITH ORDINALITY AS i (id, n)
  CROSS JOIN LATERAL (SELECT x.* FROM registrations x WHERE x.workspace_id = $2 AND x.id = i.id OFFSET 0) r
  LEFT JOIN LATERAL (SELECT x.* FROM credentials x WHERE x.workspace_id = $2 AND x.registration_id = r.id AND x.stage = 'current'
                        AND x.kind <> 'none' OFFSET 0) k ON true
  CROSS JOIN LATERAL (SELECT coalesce(($3::uuid[])[i.n], r.client_id) AS client_id OFFSET 0) n
  LEFT JOIN LATERAL (SELECT x.* FROM clients x WHERE x.workspace_id = $2 AND x.id = n.client_id OFFSET 0) c ON true
  ${policyOf('t', 'tenant_id')}
  ${policyOf('e', 'ehr_id')}
  ${policyOf('a', 'application_id')}`;

/** Reads what the schedules of these registrations hang on, in one statement; of the client that each is about to have. */
export async function scheduleInputs(tx: Transaction, of: readonly Promoted[]): Promise<ScheduleInput[]> {
  if (of.length === 0) return [];
  const rows = await tx.prepared<Row>(INPUTS, [
    of.map(({ registrationId }) => registrationId),
    tx.scope.workspaceId,
    of.map(({ clientId }) => clientId ?? null),
  ]);
  return rows.map((row) => ({ registrationId: row.id, ...(row.since === null ? {} : { input: inputOf(row, row.since) }) }));
}

function inputOf(row: Row, since: Date): DueInput {
  return {
    registrationId: row.id,
    since,
    policy: effectivePolicy(row.layers.flatMap((layer) => (layer === null ? [] : [layer]))),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.replace_at === null ? {} : { replaceAt: row.replace_at }),
    ...(row.client_since === null || row.client_expires_at === null
      ? {}
      : { client: { since: row.client_since, expiresAt: row.client_expires_at } }),
  };
}
