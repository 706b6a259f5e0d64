import { mend } from './demo-administrator.js';
import type { DemoApi } from './demo-api.js';
import { onboard } from './demo-onboarding.js';
import { HOSPITALS, VENDORS } from './demo-plan.js';
import { progressBars, type Screen } from './demo-progress.js';
import { isSettledActive, standings, untilSettled, type Standing } from './demo-registrations.js';
import type { DemoLedger } from './demo-sandbox.js';
import { tableOf } from './demo-table.js';
import { complaints } from './demo-verdict.js';

export interface DemoParts {
  readonly api: DemoApi;
  readonly sandbox: DemoLedger;
  readonly screen: Screen;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

export interface DemoResult {
  readonly standings: readonly Standing[];
  /** What did not hold, in plain words. */
  readonly complaints: readonly string[];
}

interface Batch {
  readonly id: string;
  readonly items: readonly { readonly outcome: string }[];
}

/**
 * The demo itself, on a stack that serves: brings everything in, registers it by one batch, and waits for the proofs. A line is
 * printed when its step has happened, not before.
 * @throws Error in plain words
 */
export async function runDemo({ api, sandbox, screen, signal }: DemoParts): Promise<DemoResult> {
  const did = (step: string): void => {
    screen.write(`✓ ${step}\n`);
  };
  const servers = await sandbox.servers();
  did(`The sandbox runs ${servers.length} authorization servers of ${VENDORS.length} vendors`);
  const { applicationId, pairs } = await onboard(api, servers, did);
  if (pairs.length !== HOSPITALS.length * VENDORS.length) {
    throw new Error(
      `The sandbox has servers for ${pairs.length} registrations only; the demo is about ${HOSPITALS.length * VENDORS.length}.`,
    );
  }

  const look = (): Promise<Standing[]> => standings(api, applicationId, pairs);
  const before = await look();
  const hadBefore = new Set(before.flatMap(({ registration }) => registration?.id ?? []));
  const wanted = {
    application_id: applicationId,
    tenant_ids: [...new Set(pairs.map(({ tenantId }) => tenantId))],
    ehr_ids: [...new Set(pairs.map(({ ehrId }) => ehrId))],
    connect: true,
  };
  const batch = await api.send<Batch>('POST', '/v1/batches', wanted, 'Asking for the registrations');
  const existing = batch.items.filter(({ outcome }) => outcome === 'existing').length;
  did(`One batch: ${batch.items.length - existing} registrations to make, ${existing} there already`);
  const again = before.filter(isSettledActive).flatMap(({ registration }) => registration?.id ?? []);
  for (const id of again) await api.send('POST', `/v1/registrations/${id}/verify`, {}, 'Asking for a new proof');
  if (again.length > 0) did(`A new proof is asked for of the ${again.length} that were active`);

  let now = await untilSettled(look, progressBars(screen), signal);
  // Only what an earlier run has left: what fails in this one is told.
  const left = now.filter(({ registration }) => registration !== undefined && hadBefore.has(registration.id));
  if (await mend({ api, sandbox, did }, batch.id, left)) now = await untilSettled(look, progressBars(screen), signal);

  screen.write(`\n${tableOf(now).join('\n')}\n\n`);
  return { standings: now, complaints: complaints(now, await sandbox.ledger()) };
}
