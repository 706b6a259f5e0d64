import { setTimeout as pause } from 'node:timers/promises';
import { problemWords, type ApiProblem, type DemoApi } from './demo-api.js';
import type { Pair } from './demo-onboarding.js';

/** A registration, as far as the demo reads it. */
export interface Registration {
  readonly id: string;
  readonly tenant_id: string;
  readonly ehr_id: string;
  readonly status: string;
  readonly action: string | null;
  readonly proof: string | null;
  readonly client_id: string | null;
  readonly granted_metadata: { readonly grant_types?: readonly string[] } | null;
  readonly problem: ApiProblem | null;
  /** The newest one. */
  readonly operation: { readonly status: string; readonly problem: ApiProblem | null } | null;
}

/** A pair with its registration, once there is one. */
export interface Standing extends Pair {
  readonly registration: Registration | undefined;
}

const UNDER_WAY: ReadonlySet<string> = new Set(['pending', 'registering', 'verifying']);
// What is active stays so while it is proven anew: its operation alone tells.
const OPEN: ReadonlySet<string> = new Set(['queued', 'running', 'waiting']);
const LOOK_EVERY_MS = 400;
/** Without any change for so long, the demo says what it waits for and ends. */
const STILL_MS = 180_000;

/** How the application stands at every pair. */
export async function standings(api: DemoApi, applicationId: string, pairs: readonly Pair[]): Promise<Standing[]> {
  const all = await api.all<Registration>(`/v1/registrations?application_id=${applicationId}`);
  const live = new Map(all.filter(({ status }) => status !== 'deregistered').map((one) => [`${one.tenant_id} ${one.ehr_id}`, one]));
  return pairs.map((pair) => ({ ...pair, registration: live.get(`${pair.tenantId} ${pair.ehrId}`) }));
}

export function isUnderWay({ registration }: Standing): boolean {
  return registration === undefined || UNDER_WAY.has(registration.status) || OPEN.has(registration.operation?.status ?? '');
}

/** Active, and nothing is going on. */
export function isSettledActive(standing: Standing): boolean {
  return standing.registration?.status === 'active' && !isUnderWay(standing);
}

/**
 * Looks until nothing is under way any more, or nothing has moved for three minutes.
 * @param show hears every look
 */
export async function untilSettled(
  look: () => Promise<Standing[]>,
  show: (standings: readonly Standing[]) => void,
  signal: AbortSignal,
  stillMs = STILL_MS,
): Promise<Standing[]> {
  let before = '';
  let changedAt = performance.now();
  for (;;) {
    const now = await look();
    show(now);
    const picture = now.map(({ registration }) => `${registration?.status ?? ''} ${registration?.operation?.status ?? ''}`).join();
    if (picture !== before) changedAt = performance.now();
    before = picture;
    if (!now.some(isUnderWay) || performance.now() - changedAt > stillMs) return now;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Why a registration is not active, in words; the status alone where nobody knows more. */
export function whyNot({ hospital, vendor, registration }: Standing): string {
  const where = `${hospital} at ${vendor}`;
  if (!registration) return `${where} has no registration.`;
  const { status, action, operation } = registration;
  const problem = registration.problem ?? operation?.problem ?? null;
  const proof = status === 'active' && operation ? `active, but its newest operation is ${operation.status}` : status;
  const state = action === null ? proof : `${status}: ${action}`;
  return `${where} is ${state.replaceAll('_', ' ')}.${problem ? ` ${problemWords(problem)}` : ''}`;
}
