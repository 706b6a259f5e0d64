import { applicationLayers, type ApplicationLayers } from '@registrar/applications';
import type { Environment, Transaction } from '@registrar/database';
import { impactOf, type ClientMetadata, type Finding, type Impact, type JsonValue } from '@registrar/dcr';
import { upstreamsFor, type Upstream } from '@registrar/ehrs';
import { canonicalBytes, digestText } from '@registrar/vault';
import { documentOf, KEYS_TO_COME } from './document-of.js';
import type { RegistrationStatus } from './lifecycle.js';
import type { PlanAccess } from './plan.js';
import { present } from './present.js';
import { escalationWords, type UpdateWay } from './update-judgement.js';
import { registrationsToUpdate, type ToUpdate, type UpdatesOf } from './update-plan.repository.js';
import { strategyFor, upstreamOf } from './upstream-of.js';
import { changedByUpdate, explicitMethod, markerIn, withKeysOf } from './wanted-document.js';

/** What an update would change at one registration that has a client. */
export interface PlannedUpdate {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly environment: Environment;
  readonly status: RegistrationStatus;
  /** The revision that its client has now. */
  readonly revision: number;
  readonly way: UpdateWay;
  /** It would authenticate otherwise, and no update brings that about: another client does. */
  readonly methodFixed: boolean;
  /** One client for all hospitals of its EHR, so none takes its place for one of them. */
  readonly shared: boolean;
  /** What was requested last. */
  readonly before: ClientMetadata;
  /** What would be requested; keys and marker stay those that the client has. */
  readonly after: ClientMetadata;
  /** The members that differ. Keys are none of them: those are rotated, not rolled out. */
  readonly changes: readonly MemberChange[];
  readonly impact: Impact;
  /** What the client would be given that it has not, or protected less by; a line each. With any, somebody else has to say yes (J-07). */
  readonly escalations: readonly string[];
  readonly findings: readonly Finding[];
  /** SHA-256 over the registration, the way and the exact document after. */
  readonly documentHash: string;
}

/** A member as it is now and as it would be; left out where it is not there. */
export interface MemberChange {
  readonly member: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

export interface UpdatesWanted extends UpdatesOf {
  /** The application's; its newest where it is left out. */
  readonly revision?: number;
  /** In place of the registrations' own overrides. */
  readonly clientMetadata?: ClientMetadata;
}

/**
 * What updates of an application's registrations would change, by three statements whatever their number; those that have no
 * client are not in the answer. Nothing is negotiated anew: a client keeps the way it authenticates unless somebody wrote another.
 */
export async function planUpdates(tx: Transaction, wanted: UpdatesWanted, access: PlanAccess): Promise<PlannedUpdate[]> {
  const { applicationId, revision } = wanted;
  const rows = await registrationsToUpdate(tx, wanted);
  const ehrIds = [...new Set(rows.map((row) => row.ehrId))];
  const upstreams = await upstreamsFor(tx, ehrIds);
  const layers = await applicationLayers(
    tx,
    rows.map((row) => ({ applicationId, ehrId: row.ehrId, ...present('revision', revision) })),
  );
  return rows.flatMap((row, index) => {
    const [layer, upstream] = [layers[index], upstreams.get(row.ehrId)];
    return layer && upstream ? [planned(row, layer, upstream, wanted.clientMetadata ?? row.clientMetadata, access)] : [];
  });
}

function planned(row: ToUpdate, layer: ApplicationLayers, upstream: Upstream, override: ClientMetadata, access: PlanAccess): PlannedUpdate {
  const subject = {
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
    registration: { clientMetadata: override, environment: row.environment },
  };
  const before = row.requested;
  const { document, findings } = documentOf(subject, access, KEYS_TO_COME, markerIn(before));
  const method = explicitMethod(subject) ?? row.authMethod;
  const after = method === row.authMethod ? withKeysOf(before, document) : document;
  const strategy = row.strategy ?? strategyFor(upstream);
  const methodFixed = strategy !== 'portal' && method !== row.authMethod && !changedByUpdate(row, method);
  const way = strategy === 'portal' ? 'portal' : row.manageable === 'yes' && !methodFixed ? 'update' : 'reregistration';
  return {
    registrationId: row.id,
    tenantId: row.tenantId,
    ehrId: row.ehrId,
    environment: row.environment,
    status: row.status,
    revision: row.revision,
    way,
    methodFixed,
    shared: row.scope === 'application',
    before,
    after,
    changes: changesOf(before, after),
    impact: impactOf({ document: before }, { document: after }, { registration: strategy === 'portal' ? 'portal' : 'dynamic' }),
    escalations: escalationWords(before, after),
    findings,
    documentHash: digestText(canonicalBytes([row.id, way, JSON.stringify(after)]).toString('latin1')),
  };
}

function changesOf(before: ClientMetadata, after: ClientMetadata): MemberChange[] {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((member) => member !== 'jwks');
  return members
    .filter((member) => JSON.stringify(before[member]) !== JSON.stringify(after[member]))
    .map((member) => ({ member, ...present('before', before[member]), ...present('after', after[member]) }));
}
