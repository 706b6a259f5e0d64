import type { Transaction } from '@registrar/database';
import type { OperationStatus } from '@registrar/registrations';
import type { RotationReason } from './rotation-input.js';

/** A rotation of many credentials by one call. */
export interface RotationRun {
  readonly id: string;
  readonly tenantId: string | null;
  readonly ehrId: string | null;
  readonly applicationId: string | null;
  readonly reason: RotationReason;
  readonly createdAt: Date;
  readonly leftOut: readonly { readonly registrationId: string; readonly reason: string }[];
  readonly rotations: readonly RunRotation[];
}

export interface RunRotation {
  readonly registrationId: string;
  readonly operationId: string;
  readonly status: OperationStatus;
  /** When the credential that was current at the start was gone; null while it is not, and while an EHR may take it from its cache. */
  readonly revokedAt: Date | null;
  /** When the last cache of the old key ends, where it is still to come. */
  readonly goneBy: Date | null;
}

interface NewRun {
  readonly id: string;
  readonly tenantId?: string;
  readonly ehrId?: string;
  readonly applicationId?: string;
  readonly reason: RotationReason;
  readonly leftOut: RotationRun['leftOut'];
  readonly createdAt: Date;
}

export async function insertRun(tx: Transaction, run: NewRun): Promise<void> {
  const subject = [run.tenantId ?? null, run.ehrId ?? null, run.applicationId ?? null];
  await tx.query(
    `INSERT INTO rotation_runs (workspace_id, id, tenant_id, ehr_id, application_id, reason, left_out, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)`,
    [tx.scope.workspaceId, run.id, ...subject, run.reason, JSON.stringify(run.leftOut), run.createdAt],
  );
}

// A caller that is bound sees only registrations of its application and environment; hospitals are row-level security's.
const SEEN = (application: string, environment: string) =>
  `(${application}::uuid IS NULL OR r.application_id = ${application}) AND (${environment}::text IS NULL OR r.environment = ${environment})`;
const RUN = `
SELECT u.id, u.tenant_id AS "tenantId", u.ehr_id AS "ehrId", u.application_id AS "applicationId", u.reason, u.created_at AS "createdAt",
       coalesce((SELECT jsonb_agg(l.x ORDER BY l.place) FROM jsonb_array_elements(u.left_out) WITH ORDINALITY AS l (x, place)
         JOIN registrations r ON r.workspace_id = $1 AND r.id = (l.x->>'registrationId')::uuid WHERE ${SEEN('$3', '$4')}), '[]') AS "leftOut"
  FROM rotation_runs u WHERE u.workspace_id = $1 AND u.id = $2 AND ($3::uuid IS NULL OR coalesce(u.application_id, $3) = $3)`;

// The one that was replaced: promoted before the rotation was asked for, and retired since. One that was shown refused is gone
// then; another when the last cache of it ends, for a key that was removed here may be taken there until that moment (H-01).
const ROTATIONS = `
SELECT o.registration_id AS "registrationId", o.id AS "operationId", o.status,
       CASE WHEN g.at <= $3 THEN g.at END AS "revokedAt", CASE WHEN g.at > $3 THEN g.at END AS "goneBy"
  FROM operations o
  JOIN registrations r ON r.workspace_id = $1 AND r.id = o.registration_id AND ${SEEN('$4', '$5')}
  CROSS JOIN LATERAL (SELECT max(CASE WHEN k.retirement->>'shown' = 'refused' THEN k.retired_at
                                      ELSE greatest(k.retired_at, (k.retirement->>'last_cache_ends_at')::timestamptz) END) AS at
      FROM credentials k WHERE k.workspace_id = $1 AND k.registration_id = o.registration_id AND k.stage = 'retired'
       AND k.promoted_at <= o.created_at AND k.retired_at >= o.created_at) g
 WHERE o.workspace_id = $1 AND o.kind = 'rotate' AND o.input ? 'run_id' AND o.input->>'run_id' = $2 ORDER BY o.id`;

export async function findRun(tx: Transaction, id: string, now: Date): Promise<RotationRun | undefined> {
  const { workspaceId, applicationId = null, environment = null } = tx.scope;
  const [run] = await tx.query<Omit<RotationRun, 'rotations'>>(RUN, [workspaceId, id, applicationId, environment]);
  return run && { ...run, rotations: await tx.query<RunRotation>(ROTATIONS, [workspaceId, id, now, applicationId, environment]) };
}
