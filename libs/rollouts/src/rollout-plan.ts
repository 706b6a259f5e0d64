import { applicationLayers } from '@registrar/applications';
import type { Environment, Transaction } from '@registrar/database';
import { boundToPeople, planUpdates, type PlanAccess, type PlannedUpdate } from '@registrar/registrations';
import { canonicalBytes, digestText } from '@registrar/vault';
import { chooseCanaries, defaultFailureLimit } from './canaries.js';
import type { LeftAlone, PlannedItem, RolloutPlan, RolloutWanted } from './rollout.js';
import { rolloutProblem } from './rollouts.problems.js';

const AT_ONCE = 5;

/**
 * What a roll-out of the application's newest revision would do, whatever the number of registrations by the same few statements.
 * @throws Problem rollouts.application_not_found | rollouts.canary_not_in_plan
 */
export async function planRollout(
  tx: Transaction,
  of: { readonly applicationId: string; readonly environment?: Environment | undefined },
  wanted: RolloutWanted,
  access: PlanAccess,
): Promise<RolloutPlan> {
  const { applicationId } = of;
  const [application] = await applicationLayers(tx, [{ applicationId, ehrId: applicationId }]);
  if (!application) throw rolloutProblem('rollouts.application_not_found');
  const revision = application.currentRevision;
  const updates = (await planUpdates(tx, { ...of, revision }, access)).filter(
    (update) => update.revision !== revision || update.changes.length > 0,
  );
  const leftAlone = updates.flatMap((update) => reasonAgainst(update, wanted.replace ?? false) ?? []);
  const left = new Set(leftAlone.map((one) => one.registrationId));
  const fitting = updates.filter((update) => !left.has(update.registrationId)).map(itemOf);
  const canaries = canariesOf(fitting, wanted);
  const items = fitting.map((item) => ({ ...item, canary: canaries.has(item.registrationId) }));
  return {
    applicationId,
    revision,
    items,
    leftAlone,
    needsApproval: items.some((item) => item.escalations.length > 0),
    failureLimit: wanted.failureLimit ?? defaultFailureLimit(items.length),
    atOnce: wanted.atOnce ?? AT_ONCE,
    planHash: planHash(applicationId, items),
  };
}

function itemOf(update: PlannedUpdate): Omit<PlannedItem, 'canary'> {
  const { registrationId, tenantId, ehrId, environment, revision, way, impact, changes, escalations, documentHash } = update;
  const item = { registrationId, tenantId, ehrId, environment, revision, way, impact, changes, escalations, documentHash };
  if (way !== 'reregistration') return item;
  const bound = boundToPeople({ grantedMetadata: {}, requestedMetadata: update.before });
  return { ...item, escalations: [...escalations, REPLACED], ...(bound ? { impact: 'users_sign_in_again' as const } : {}) };
}

/** What whoever approves reads of a client that is replaced: in production nobody else's yes is enough (issue 3, 8). */
const REPLACED = 'Another client takes the place of the one in use, which the EHR’s administrator has to remove';

function reasonAgainst(update: PlannedUpdate, replace: boolean): LeftAlone | undefined {
  const { registrationId, tenantId, ehrId } = update;
  const because = (reason: LeftAlone['reason'], detail: string) => ({ registrationId, tenantId, ehrId, reason, detail });
  if (update.status !== 'active') return because('not_active', `The registration is ${update.status}.`);
  if (update.way === 'reregistration' && (!replace || update.shared)) return because('needs_reregistration', whyAnother(update));
  const fault = update.findings.find((finding) => finding.severity === 'error');
  return fault && because('refused_by_linter', fault.says);
}

/** Known before anybody is asked for a yes, so that no canary finds it out. */
function whyAnother({ methodFixed, shared }: PlannedUpdate): string {
  if (shared) return 'All hospitals of the EHR share the client, so none can be given another, and what changes it a person does.';
  return methodFixed
    ? 'An update gives a client no key to authenticate with: that takes another client, proven beside this one. Ask with replace.'
    : 'The EHR lets nobody change this client; a new one would end what users consented to.';
}

function canariesOf(items: readonly Omit<PlannedItem, 'canary'>[], { canary }: RolloutWanted): ReadonlySet<string> {
  if (canary === undefined || 'count' in canary) return chooseCanaries(items, canary?.count ?? 1);
  const known = new Set(items.map((item) => item.registrationId));
  const errors = canary.registrationIds.flatMap((id, index) =>
    known.has(id)
      ? []
      : [{ pointer: `/canary/registration_ids/${index}`, code: 'not_in_plan', detail: 'This roll-out would not update it.' }],
  );
  if (errors.length > 0) throw rolloutProblem('rollouts.canary_not_in_plan', { errors });
  return new Set(canary.registrationIds);
}

function planHash(applicationId: string, items: readonly PlannedItem[]): string {
  return digestText(canonicalBytes([applicationId, ...items.map((item) => item.documentHash).sort()]).toString('latin1'));
}

/** What whoever approves reads: each thing once, and at how many registrations. */
export function summaryOf(items: readonly Pick<PlannedItem, 'escalations'>[]): string[] {
  const counts = new Map<string, number>();
  for (const line of items.flatMap((item) => item.escalations)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => `${line} (at ${count} of ${items.length} registrations)`);
}
