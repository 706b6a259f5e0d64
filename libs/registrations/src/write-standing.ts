import type { Transaction } from '@registrar/database';
import { switchedOff } from '@registrar/faults';
import type { Change } from './change.js';
import { waitsForServer } from './gate-sign.js';
import { REGISTRATION_STATUSES, transition } from './lifecycle.js';

// Row by row from the changes on, whatever the planner's statistics say of the workspace (see load-work.ts).
const one = (name: string, select: string, table: string, id: string) =>
  `CROSS JOIN LATERAL (SELECT ${select} FROM ${table} x WHERE x.workspace_id = $5 AND x.id = ${id} OFFSET 0) ${name}`;

/** Statuses beside which an operation may go on without moving the registration: all but the ends. */
const BESIDE = REGISTRATION_STATUSES.filter((status) => status !== 'suspended' && status !== 'deregistered');

const LOCK = `
SELECT i.place::integer, halted.halted AND NOT i.leaving AS stopped FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::boolean[], $6::uuid[], $7::boolean[]) WITH ORDINALITY AS i (id, fence, from_statuses, taking, item_id, leaving, place)
  CROSS JOIN LATERAL (SELECT x.id, x.status, x.fence, x.tenant_id, x.ehr_id, x.application_id FROM registrations x
    WHERE x.workspace_id = $5 AND x.id = i.id FOR UPDATE) r
  LEFT JOIN LATERAL (SELECT x.fence FROM work_items x WHERE x.id = i.item_id AND i.taking FOR SHARE) w ON true
  ${one('t', 'x.status, x.suspended_at', 'tenants', 'r.tenant_id')}
  ${one('e', 'x.suspended_at', 'ehrs', 'r.ehr_id')}
  ${one('a', 'x.suspended_at', 'applications', 'r.application_id')}
  CROSS JOIN LATERAL (SELECT r.status = 'deregistering' OR t.status <> 'active' OR num_nonnulls(t.suspended_at, e.suspended_at, a.suspended_at) > 0 AS halted) halted
 WHERE r.status = ANY (string_to_array(i.from_statuses, ','))
   AND CASE WHEN i.taking THEN r.fence < i.fence AND w.fence = i.fence
                 AND (i.leaving OR NOT halted.halted)
            ELSE r.fence = i.fence END`;

/** For the control of the crash matrix that must fail: whoever comes may write. */
const UNFENCED = LOCK.slice(0, LOCK.indexOf('AND CASE'));

/**
 * Locks the registrations and says which changes may be written: the fence holds, the status allows it, nothing is
 * suspended or off-boarding where something begins. Who begins must still hold the work item too, which cannot be claimed
 * anew before the commit: so whoever takes over sees the attempt. Of two changes of one registration only the first is
 * written. @returns those that may be, with whether anything was stopped since they began.
 */
export async function lockHeld(tx: Transaction, changes: readonly Change[]): Promise<ReadonlyMap<Change, 'free' | 'stopped'>> {
  // In the order of their ids, so that two groups never wait for each other.
  const sorted = [...changes].sort((a, b) => (a.registrationId < b.registrationId ? -1 : 1));
  const rows = await tx.prepared<{ place: number; stopped: boolean }>(switchedOff('fence') ? UNFENCED : LOCK, [
    sorted.map((change) => change.registrationId),
    sorted.map((change) => change.fence),
    sorted.map(({ registration: { event } }) => (event === undefined ? BESIDE : transition(event).from).join(',')),
    sorted.map((change) => change.guard.startsWith('take')),
    tx.scope.workspaceId,
    sorted.map((change) => change.itemId),
    sorted.map((change) => change.guard.endsWith('_leaving')),
  ]);
  const seen = new Set<string>();
  const held = new Map<Change, 'free' | 'stopped'>();
  for (const { place, stopped } of rows.sort((a, b) => a.place - b.place)) {
    const change = sorted[place - 1];
    // What was stopped between two exchanges of one holder begins no other: an attempt that is never sent would stay `sending`.
    const begins = change?.newAttempt?.status === 'sending';
    if (change && !seen.has(change.registrationId) && !(stopped && begins)) held.set(change, stopped ? 'stopped' : 'free');
    if (change) seen.add(change.registrationId);
  }
  return held;
}

const REGISTRATIONS = `
UPDATE registrations r SET status = coalesce(i.status, r.status), fence = i.fence,
       action = CASE WHEN i.status IS NULL THEN r.action ELSE i.action END, problem = CASE WHEN i.status IS NULL THEN r.problem ELSE i.problem END,
       client_id = coalesce(i.client_id, r.client_id), drift = coalesce(i.drift, r.drift), proof = coalesce(i.proof, r.proof),
       manageable = coalesce(i.manageable, r.manageable), last_verified_at = coalesce(i.last_verified_at, r.last_verified_at),
       previous_client_id = CASE WHEN i.more ? 'previousClientId' THEN (i.more->>'previousClientId')::uuid
         WHEN r.previous_client_id = (i.more->>'endedClientId')::uuid THEN NULL ELSE r.previous_client_id END,
       next_rotation_at = CASE WHEN i.more ? 'nextRotationAt' THEN (i.more->>'nextRotationAt')::timestamptz ELSE r.next_rotation_at END,
       reschedule = r.reschedule AND NOT coalesce(i.more ? 'nextRotationAt', false),
       revision = coalesce((i.more->>'revision')::integer, r.revision), client_metadata = coalesce(i.more->'clientMetadata', r.client_metadata), residue = coalesce((SELECT jsonb_agg(x) FROM jsonb_array_elements(r.residue) x
         WHERE NOT (x->'client_id' <@ coalesce(i.more->'noResidue', '[]') AND x->>'client_id' IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(coalesce(i.more->'residue', '[]')) y WHERE y->>'client_id' = x->>'client_id')), '[]')
         || coalesce(i.more->'residue', '[]'),
       version = r.version + 1, updated_at = $11
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $13::jsonb[])
       AS i (id, status, action, problem, fence, client_id, drift, proof, manageable, last_verified_at, more)
 WHERE r.workspace_id = $12 AND r.id = ANY ($1::uuid[]) AND r.id = i.id`;

export async function updateRegistrations(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  const each = <T>(pick: (change: Change) => T) => changes.map((change) => pick(change) ?? null);
  await tx.prepared(REGISTRATIONS, [
    each((change) => change.registrationId),
    each(({ registration: { event } }) => event && transition(event).to),
    each((change) => change.registration.action),
    each((change) => json(change.registration.problem)),
    each((change) => change.fence),
    each((change) => change.registration.clientId),
    each((change) => change.registration.drift),
    each((change) => change.registration.proof),
    each((change) => change.registration.manageable),
    each((change) => change.registration.lastVerifiedAt),
    now,
    tx.scope.workspaceId,
    each((change) => more(change.registration)),
  ]);
}

/** What few changes set, as one document: null where there is nothing of it. */
function more(registration: Change['registration']): string | null {
  const { previousClientId, endedClientId, nextRotationAt, revision, clientMetadata, residue, noResidue } = registration;
  const set = Object.entries({ previousClientId, endedClientId, nextRotationAt, revision, clientMetadata, residue, noResidue }).filter(
    ([, value]) => value !== undefined,
  );
  return set.length === 0 ? null : JSON.stringify(Object.fromEntries(set));
}

const OPERATIONS = `
UPDATE operations o SET status = i.status, waiting = i.waiting, problem = i.problem, steps = i.steps, tries = i.tries,
       started_at = coalesce(o.started_at, $7), updated_at = $7,
       finished_at = CASE WHEN i.status IN ('succeeded', 'failed', 'cancelled') THEN $7::timestamptz END
  FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::jsonb[], $5::jsonb[], $6::integer[]) AS i (id, status, waiting, problem, steps, tries)
 WHERE o.workspace_id = $8 AND o.id = ANY ($1::uuid[]) AND o.id = i.id AND o.status <> 'cancelled'
RETURNING CASE WHEN o.status NOT IN ('queued', 'running', 'waiting') THEN pg_notify('operations', o.id::text) END`;

/** Whoever waits for an operation is told where it has ended. */
export async function updateOperations(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  await tx.prepared(OPERATIONS, [
    changes.map((change) => change.operationId),
    changes.map((change) => change.operation.status),
    changes.map((change) => json(change.operation.waiting)),
    changes.map((change) => json(change.operation.problem)),
    changes.map((change) => JSON.stringify(change.operation.steps)),
    changes.map((change) => change.operation.tries),
    now,
    tx.scope.workspaceId,
  ]);
}

/** Work items are a routing table: the fence says whether the lease is still ours. */
export async function updateWorkItems(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const done = changes.filter((change) => change.next === 'done');
  if (done.length > 0) {
    await tx.prepared(
      `DELETE FROM work_items w USING unnest($1::uuid[], $2::bigint[]) AS i (id, fence) WHERE w.id = ANY ($1::uuid[]) AND w.id = i.id AND w.fence = i.fence`,
      [done.map((change) => change.itemId), done.map((change) => change.fence)],
    );
  }
  const letGo = changes.filter((change) => change.next === 'let_go');
  if (letGo.length > 0) {
    await tx.prepared(
      `UPDATE work_items w SET due_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
         FROM unnest($1::uuid[], $2::bigint[]) AS i (id, fence) WHERE w.id = ANY ($1::uuid[]) AND w.id = i.id AND w.fence = i.fence`,
      [letGo.map((change) => change.itemId), letGo.map((change) => change.fence)],
    );
  }
  const later = changes.flatMap((change) =>
    typeof change.next === 'string' || 'at' in change.next
      ? []
      : [{ ...change.next, itemId: change.itemId, fence: change.fence, forServer: waitsForServer(change) }],
  );
  if (later.length > 0) {
    await tx.prepared(
      `UPDATE work_items w SET due_at = clock_timestamp() + i.in_ms * interval '1 millisecond', budget = i.budget,
              waits_for_server = i.for_server, lease_owner = NULL, lease_until = NULL
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::boolean[]) AS i (id, fence, in_ms, budget, for_server) WHERE w.id = ANY ($1::uuid[]) AND w.id = i.id AND w.fence = i.fence`,
      [
        later.map((item) => item.itemId),
        later.map((item) => item.fence),
        later.map((item) => item.inMs),
        later.map((item) => item.budget),
        later.map((item) => item.forServer),
      ],
    );
  }
  const waking = changes.flatMap((change) =>
    typeof change.next === 'object' && 'at' in change.next ? [{ ...change.next, itemId: change.itemId, fence: change.fence }] : [],
  );
  if (waking.length > 0) {
    // Not due by the database's clock at all: WorkQueue.wake makes it due when the business clock has come that far.
    await tx.prepared(
      `UPDATE work_items w SET due_at = 'infinity', wake_at = i.wake_at, budget = i.budget, lease_owner = NULL, lease_until = NULL
         FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[]) AS i (id, fence, wake_at, budget) WHERE w.id = ANY ($1::uuid[]) AND w.id = i.id AND w.fence = i.fence`,
      [
        waking.map((item) => item.itemId),
        waking.map((item) => item.fence),
        waking.map((item) => item.at),
        waking.map((item) => item.budget),
      ],
    );
  }
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
