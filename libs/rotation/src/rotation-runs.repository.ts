import type { PageRequest, Transaction } from '@registrar/database';
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
  /** The first thousand of them. */
  readonly leftOut: readonly { readonly registrationId: string; readonly reason: string }[];
  readonly leftOutCount: number;
  /** Of all its rotations. */
  readonly counts: Partial<Record<OperationStatus, number>>;
  readonly revoked: number;
  readonly lastRevokedAt: Date | null;
  /** One part of them. */
  readonly rotations: readonly RunRotation[];
  /** Present while there are more. */
  readonly nextAfter?: string;
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
  readonly leftOut: readonly { readonly registrationId: string; readonly reason: string }[];
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
const LEFT_OUT = `FROM jsonb_array_elements(u.left_out) WITH ORDINALITY AS l (x, place)
         JOIN registrations r ON r.workspace_id = $1 AND r.id = (l.x->>'registrationId')::uuid WHERE ${SEEN('$3', '$4')}`;
const RUN = `
SELECT u.id, u.tenant_id AS "tenantId", u.ehr_id AS "ehrId", u.application_id AS "applicationId", u.reason, u.created_at AS "createdAt",
       coalesce((SELECT jsonb_agg(y.x ORDER BY y.place) FROM (SELECT l.x, l.place ${LEFT_OUT} ORDER BY l.place LIMIT 1000) y), '[]') AS "leftOut",
       (SELECT count(*)::integer ${LEFT_OUT}) AS "leftOutCount"
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
 WHERE o.workspace_id = $1 AND o.kind = 'rotate' AND o.input ? 'run_id' AND o.input->>'run_id' = $2`;
const PAGE = `${ROTATIONS} AND ($6::uuid IS NULL OR o.id > $6) ORDER BY o.id LIMIT $7`;
const COUNTS = `SELECT status, count(*)::integer AS n, count("revokedAt")::integer AS revoked, max("revokedAt") AS last FROM (${ROTATIONS}) x GROUP BY status`;

interface Count {
  readonly status: OperationStatus;
  readonly n: number;
  readonly revoked: number;
  readonly last: Date | null;
}

export async function findRun(tx: Transaction, id: string, now: Date, page: PageRequest): Promise<RotationRun | undefined> {
  const { workspaceId, applicationId = null, environment = null } = tx.scope;
  const [run] = await tx.query<
    Pick<RotationRun, 'id' | 'tenantId' | 'ehrId' | 'applicationId' | 'reason' | 'createdAt' | 'leftOut' | 'leftOutCount'>
  >(RUN, [workspaceId, id, applicationId, environment]);
  if (!run) return undefined;
  const seen = [workspaceId, id, now, applicationId, environment];
  const counts = await tx.query<Count>(COUNTS, seen);
  const rows = await tx.query<RunRotation>(PAGE, [...seen, page.after ?? null, page.limit + 1]);
  const rotations = rows.slice(0, page.limit);
  const last = Math.max(...counts.map((one) => one.last?.getTime() ?? 0), 0);
  const nextAfter = rows.length > page.limit ? rotations.at(-1)?.operationId : undefined;
  return {
    ...run,
    counts: Object.fromEntries(counts.map(({ status, n }) => [status, n])),
    revoked: counts.reduce((all, one) => all + one.revoked, 0),
    lastRevokedAt: last === 0 ? null : new Date(last),
    rotations,
    ...(nextAfter === undefined ? {} : { nextAfter }),
  };
}
