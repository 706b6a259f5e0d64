import { applicationLayers, type ApplicationLayers } from '@registrar/applications';
import type { EffectiveDocument, ClientMetadata } from '@registrar/dcr';
import type { Transaction } from '@registrar/database';
import { upstreamsFor, type Upstream } from '@registrar/ehrs';
import type { Outbound } from '@registrar/outbound';
import { statementsFor, type ChosenStatement } from '@registrar/statements';
import { documentOf, KEYS_TO_COME, type DocumentSubject } from './document-of.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { strategyFor, upstreamOf } from './upstream-of.js';
import type { StrategyName } from './work.js';
import type { Quota } from './quota.js';

/** One hospital at one EHR. */
export interface Pair {
  readonly connectionId: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly clientMetadata?: ClientMetadata;
}

/** What registering a pair would send, and whether it can be sent. */
export interface PlannedPair {
  readonly pair: Pair;
  readonly upstream: Upstream;
  readonly revision: number;
  readonly strategy: StrategyName;
  readonly effective: EffectiveDocument;
  readonly existingId?: string;
}

/** What a plan needs to know of the outside. */
export interface PlanAccess {
  readonly outbound: Outbound;
  readonly publicUrl: string;
  /** How much one hospital may have; left out, DEFAULT_QUOTA. */
  readonly quota?: Quota;
}

/**
 * Plans many pairs of one application: the exact document of each, with its findings, by a few statements for all.
 * @throws Problem registrations.application_not_found | registrations.environment_mismatch
 */
export async function planPairs(
  tx: Transaction,
  applicationId: string,
  pairs: readonly Pair[],
  access: PlanAccess,
  now: Date,
): Promise<PlannedPair[]> {
  const ehrIds = [...new Set(pairs.map((pair) => pair.ehrId))];
  const upstreams = await upstreamsFor(tx, ehrIds);
  const layers = await applicationLayers(
    tx,
    ehrIds.map((ehrId) => ({ applicationId, ehrId })),
  );
  const layerAt = new Map(ehrIds.map((ehrId, index) => [ehrId, layers[index]]));
  const existing = await existingRegistrations(tx, applicationId, pairs);
  const statements = await statementsAt(tx, applicationId, pairs, upstreams, now);
  // What would be sent depends on the EHR, and on the hospital only by what its pair says itself and by a statement of its own.
  const shared = new Map<string, EffectiveDocument>();
  return pairs.flatMap((pair, index): PlannedPair[] => {
    const layer = layerAt.get(pair.ehrId);
    const upstream = upstreams.get(pair.ehrId);
    if (!layer) throw registrationProblem('registrations.application_not_found');
    if (!upstream) return [];
    if (tx.scope.environment !== undefined && tx.scope.environment !== upstream.environment)
      throw registrationProblem('registrations.environment_mismatch');
    const statement = statements[index];
    const key = `${pair.ehrId}:${statement?.id ?? ''}`;
    const known = pair.clientMetadata === undefined ? shared.get(key) : undefined;
    const effective =
      known ??
      documentOf(
        { ...subjectOf(layer, upstream, pair), ...present('statement', statement) },
        access,
        KEYS_TO_COME,
        'att_00000000000000000000000000',
      );
    if (pair.clientMetadata === undefined) shared.set(key, effective);
    return [
      {
        pair,
        upstream,
        revision: layer.revision,
        strategy: strategyFor(upstream),
        effective,
        ...present('existingId', existing.get(pair.connectionId)),
      },
    ];
  });
}

/** The statement that each pair would be sent with, in the order of the pairs; none where a person registers it. */
async function statementsAt(
  tx: Transaction,
  applicationId: string,
  pairs: readonly Pair[],
  upstreams: ReadonlyMap<string, Upstream>,
  now: Date,
): Promise<(ChosenStatement | undefined)[]> {
  const wanted = pairs.flatMap(({ ehrId, tenantId }, index) => {
    const upstream = upstreams.get(ehrId);
    if (!upstream?.server || strategyFor(upstream) !== 'dynamic') return [];
    return [{ index, applicationId, tenantId, authorizationServerId: upstream.server.id, environment: upstream.environment }];
  });
  const found = await statementsFor(tx, wanted, now);
  const chosen = new Map(wanted.map(({ index }, place) => [index, found[place]]));
  return pairs.map((_, index) => chosen.get(index));
}

function subjectOf(layer: ApplicationLayers, upstream: Upstream, pair: Pair): DocumentSubject {
  return {
    application: {
      name: layer.name,
      kind: layer.kind,
      metadata: layer.clientMetadata,
      requiredScopes: layer.requiredScopes,
      optionalScopes: layer.optionalScopes,
      ...present('launchUrl', layer.launchUrl),
      ...present('ehrOverride', layer.ehrOverride),
    },
    upstream: upstreamOf(upstream),
    registration: { clientMetadata: pair.clientMetadata ?? {}, environment: upstream.environment },
  };
}

async function existingRegistrations(tx: Transaction, applicationId: string, pairs: readonly Pair[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ id: string; connection_id: string }>(
    `SELECT id, connection_id FROM registrations WHERE application_id = $1 AND connection_id = ANY ($2::uuid[]) AND status <> 'deregistered'`,
    [applicationId, pairs.map((pair) => pair.connectionId)],
  );
  return new Map(rows.map((row) => [row.connection_id, row.id]));
}

/** Whether a planned pair may be sent as it is. */
export function sendable(planned: PlannedPair): boolean {
  return planned.effective.findings.every((finding) => finding.severity !== 'error');
}
