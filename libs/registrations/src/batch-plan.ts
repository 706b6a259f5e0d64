import { applicationLayers } from '@registrar/applications';
import type { Transaction } from '@registrar/database';
import { canonicalBytes, digestText, newId } from '@registrar/vault';
import type { BatchPair, BatchPlan, BatchWanted, LeftOut } from './batch.js';
import { DEFAULT_PACE, durationAt } from './batch-duration.js';
import { batchProblem } from './batch.problems.js';
import { gatePaces, knownIds, pairCandidates, type Candidate } from './batch.repository.js';
import { connectPairs, pairKey, type Connecting } from './connect-pairs.js';
import { planPairs, type PlanAccess, type PlannedPair } from './plan.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';

/** Pairs that one batch may hold. */
export const MAX_BATCH_PAIRS = 5_000;

/** A plan with what is needed to carry it out. */
export interface PreparedBatch {
  readonly plan: BatchPlan;
  readonly toCreate: readonly PlannedPair[];
  readonly existing: readonly PlannedPair[];
}

/**
 * Plans a batch. With `connecting`, the connections that it needs are made in this transaction; without, they are only thought of.
 * @throws Problem batches.not_all_found | batches.too_large | registrations.application_not_found | registrations.environment_mismatch
 */
export async function prepareBatch(
  tx: Transaction,
  wanted: BatchWanted,
  access: PlanAccess,
  now: Date,
  connecting?: Connecting,
): Promise<PreparedBatch> {
  await refuseUnknown(tx, wanted);
  const candidates = await pairCandidates(tx, wanted, MAX_BATCH_PAIRS + 1);
  if (candidates.length > MAX_BATCH_PAIRS) throw batchProblem('batches.too_large');
  const leftOut: LeftOut[] = [];
  const fitting = candidates.filter((candidate) => {
    const reason = reasonAgainst(candidate, 'connect' in wanted && wanted.connect);
    if (reason) leftOut.push({ tenantId: candidate.tenantId, ehrId: candidate.ehrId, reason });
    return reason === undefined;
  });
  const missing = fitting.filter((candidate) => candidate.connectionId === null);
  const made = connecting ? await connectPairs(tx, missing, connecting) : new Map<string, string>();
  const pairs = fitting.map((candidate) => ({
    tenantId: candidate.tenantId,
    ehrId: candidate.ehrId,
    connectionId: candidate.connectionId ?? made.get(pairKey(candidate)) ?? newId(),
  }));
  const planned = await planPairs(tx, wanted.applicationId, pairs, access, now);
  const possible = planned.filter((one) => {
    const built = one.strategy === 'dynamic' || one.strategy === 'portal';
    if (!built) leftOut.push({ tenantId: one.pair.tenantId, ehrId: one.pair.ehrId, reason: 'not_possible' });
    return built;
  });
  const connected = new Set(candidates.flatMap((candidate) => candidate.connectionId ?? []));
  const toCreate = possible.filter((one) => one.existingId === undefined);
  const existing = possible.filter((one) => one.existingId !== undefined);
  const view = (one: PlannedPair) => pairView(one, connected);
  const plan = {
    applicationId: wanted.applicationId,
    toCreate: toCreate.map(view),
    existing: existing.map(view),
    leftOut,
    durationMs: await duration(tx, toCreate),
    planHash: planHash(wanted.applicationId, possible),
  };
  return { plan, toCreate, existing };
}

function reasonAgainst(candidate: Candidate, connect: boolean): LeftOut['reason'] | undefined {
  if (candidate.foreign) return 'not_this_hospitals';
  return candidate.connectionId === null && !connect ? 'not_connected' : undefined;
}

/** Another hospital's or workspace's id is answered like one that does not exist. */
async function refuseUnknown(tx: Transaction, wanted: BatchWanted): Promise<void> {
  const asked =
    'connectionIds' in wanted ? { connection_ids: wanted.connectionIds } : { tenant_ids: wanted.tenantIds, ehr_ids: wanted.ehrIds };
  const known = await knownIds(tx, Object.values(asked).flat());
  const errors = Object.entries(asked).flatMap(([member, ids]) =>
    ids.flatMap((id, index) =>
      known.has(id) ? [] : [{ pointer: `/${member}/${index}`, code: 'not_found', detail: 'There is none with this id.' }],
    ),
  );
  if (errors.length > 0) throw batchProblem('batches.not_all_found', { errors: errors.slice(0, 100) });
  const [layers] = await applicationLayers(tx, [{ applicationId: wanted.applicationId, ehrId: wanted.applicationId }]);
  if (!layers) throw registrationProblem('registrations.application_not_found');
}

function pairView({ pair, upstream, strategy, effective, existingId }: PlannedPair, connected: ReadonlySet<string>): BatchPair {
  return {
    tenantId: pair.tenantId,
    ehrId: pair.ehrId,
    environment: upstream.environment,
    strategy,
    authMethod: effective.authMethod,
    findings: effective.findings,
    ...(connected.has(pair.connectionId) ? { connectionId: pair.connectionId } : {}),
    ...present('registrationId', existingId),
  };
}

/** Over every pair, registered already or not: who repeats a batch that got through confirms the same plan. */
function planHash(applicationId: string, pairs: readonly PlannedPair[]): string {
  const lines = pairs.map(({ pair, upstream, revision, strategy, effective }) => {
    const endpoint = upstream.server?.endpoints.registration ?? '';
    const parts = [pair.tenantId, pair.ehrId, strategy, endpoint, String(revision), JSON.stringify(effective.document)];
    return canonicalBytes(parts).toString('latin1');
  });
  return digestText(canonicalBytes([applicationId, ...lines.sort()]).toString('latin1'));
}

async function duration(tx: Transaction, planned: readonly PlannedPair[]): Promise<number> {
  const byServer = new Map<string, PlannedPair[]>();
  for (const one of planned) {
    const server = one.upstream.server?.id;
    if (one.strategy !== 'dynamic' || server === undefined) continue;
    byServer.set(server, [...(byServer.get(server) ?? []), one]);
  }
  const paces = await gatePaces(tx, [...byServer.keys()]);
  const each = [...byServer].map(([server, pairs]) => {
    const tenants = new Set(pairs.map((one) => one.pair.tenantId)).size;
    return durationAt(paces.get(server) ?? DEFAULT_PACE, pairs.length, tenants);
  });
  return Math.round(Math.max(0, ...each));
}
