import type { DemoApi } from './demo-api.js';
import { untilDone } from './demo-patience.js';
import { APPLICATION } from './demo-plan.js';
import type { LedgerClient } from './demo-sandbox.js';

interface Rollout {
  readonly id: string;
  readonly status: string;
  readonly problem: { readonly detail: string } | null;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** The name that the next revision gives the application: another one in each run. */
export function nextName(revision: number): string {
  return `${APPLICATION.client_metadata.client_name}, release ${revision + 1}`;
}

/**
 * The application gets another name, and every client hears of it: the canary first, then the others.
 * @returns the name, and what does not hold
 */
export async function rollOutName(
  api: DemoApi,
  applicationId: string,
  did: (step: string) => void,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly complaints: string[] }> {
  const { revision } = await api.get<{ revision: { number: number } }>(`/v1/applications/${applicationId}`);
  const name = nextName(revision.number);
  const change = { client_metadata: { ...APPLICATION.client_metadata, client_name: name } };
  await api.send('PATCH', `/v1/applications/${applicationId}`, change, 'Giving the application another name');
  const path = `/v1/applications/${applicationId}/rollout`;
  const { id } = await api.send<Rollout>('POST', path, { at_once: 10, reason: 'The demo changes the name' }, 'Rolling the new name out');
  const end = await untilDone(
    () => api.get<Rollout>(`/v1/rollouts/${id}`),
    ({ status }) => status !== 'running',
    signal,
  );
  const updated = end.counts['succeeded'] ?? 0;
  if (end.status !== 'succeeded' || updated !== end.total) {
    const why = end.problem === null ? '' : ` ${end.problem.detail}`;
    return { name, complaints: [`The new name reached ${updated} of ${end.total} clients; the roll-out is ${end.status}.${why}`] };
  }
  did(`The name "${name}" rolled out to ${updated} clients, one first and then the others; nothing else of them changed`);
  return { name, complaints: [] };
}

/** Clients of which the authorization server itself says another name. */
export function otherwiseNamed(ledger: readonly LedgerClient[], name: string): string[] {
  return ledger
    .filter((client) => client.deleted_at === null && client.client_name?.startsWith(name) !== true)
    .map(({ vendor, hospital, client_id, client_name: other }) => {
      const where = `${vendor}${hospital === null ? '' : ` ${hospital}`}`;
      return `${where} calls the client ${client_id} "${other ?? ''}", not "${name}".`;
    });
}
