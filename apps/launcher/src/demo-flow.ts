import { mend } from './demo-administrator.js';
import type { DemoApi } from './demo-api.js';
import { batchOf, comeAndLeave } from './demo-leaving.js';
import { onboard, type Pair } from './demo-onboarding.js';
import { HOSPITALS, LEAVING, SECRET_VENDOR, VENDORS } from './demo-plan.js';
import { progressBars, type Screen } from './demo-progress.js';
import { isSettledActive, standings, untilSettled, type Standing } from './demo-registrations.js';
import { otherwiseNamed, rollOutName } from './demo-rollout.js';
import { rotateSecret } from './demo-rotation.js';
import type { DemoLedger, LedgerClient } from './demo-sandbox.js';
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
 * The demo itself, on a stack that serves: brings everything in, registers it by one batch, waits for the proofs, and then goes
 * through the life of a client: rotation, a roll-out, a hospital that leaves. A line is printed when its step has happened, not
 * before; where something did not hold, what builds on it is not begun.
 * @throws Error in plain words
 */
export async function runDemo(parts: DemoParts): Promise<DemoResult> {
  const { api, sandbox, screen, signal } = parts;
  const did = (step: string): void => {
    screen.write(`✓ ${step}\n`);
  };
  const servers = await sandbox.servers();
  did(`The sandbox runs ${servers.length} authorization servers of ${VENDORS.length} vendors`);
  const { applicationId, pairs } = await onboard(api, servers, HOSPITALS, did);
  if (pairs.length !== HOSPITALS.length * VENDORS.length) {
    throw new Error(
      `The sandbox has servers for ${pairs.length} registrations only; the demo is about ${HOSPITALS.length * VENDORS.length}.`,
    );
  }
  const look = (): Promise<Standing[]> => standings(api, applicationId, pairs);
  const now = await registerAll(parts, applicationId, pairs, look, did);
  screen.write(`\n${tableOf(now).join('\n')}\n\n`);
  const found = complaints(now, await ledgerOf(sandbox));
  if (found.length > 0) return { standings: now, complaints: found };
  const secret = pairs.find(({ vendor }) => vendor === SECRET_VENDOR);
  if (secret) found.push(...(await rotateSecret(api, secret, did, signal)));
  const rolledOut = await rollOutName(api, applicationId, did, signal);
  found.push(...rolledOut.complaints, ...(await comeAndLeave(parts, servers, did)));
  const end = await untilSettled(look, () => undefined, signal);
  const ledger = await ledgerOf(sandbox);
  found.push(...complaints(end, ledger));
  if (found.length === 0) found.push(...otherwiseNamed(ledger, rolledOut.name));
  return { standings: end, complaints: found };
}

/** One batch for everything, and a new proof for what was there; what an earlier run has left is mended. */
async function registerAll(
  { api, sandbox, screen, signal }: DemoParts,
  applicationId: string,
  pairs: readonly Pair[],
  look: () => Promise<Standing[]>,
  did: (step: string) => void,
): Promise<Standing[]> {
  const before = await look();
  const hadBefore = new Set(before.flatMap(({ registration }) => registration?.id ?? []));
  const batch = await api.send<Batch>('POST', '/v1/batches', batchOf(applicationId, pairs), 'Asking for the registrations');
  const existing = batch.items.filter(({ outcome }) => outcome === 'existing').length;
  did(`One batch: ${batch.items.length - existing} registrations to make, ${existing} there already`);
  const again = before.filter(isSettledActive).flatMap(({ registration }) => registration?.id ?? []);
  for (const id of again) await api.send('POST', `/v1/registrations/${id}/verify`, {}, 'Asking for a new proof');
  if (again.length > 0) did(`A new proof is asked for of the ${again.length} that were active`);

  const now = await untilSettled(look, progressBars(screen), signal);
  // Only what an earlier run has left: what fails in this one is told.
  const left = now.filter(({ registration }) => registration !== undefined && hadBefore.has(registration.id));
  if (!(await mend({ api, sandbox, did }, batch.id, left))) return now;
  return untilSettled(look, progressBars(screen), signal);
}

/** What the servers have of the hospitals that stay. */
async function ledgerOf(sandbox: DemoLedger): Promise<LedgerClient[]> {
  return (await sandbox.ledger()).filter(({ hospital }) => hospital !== LEAVING.key);
}
