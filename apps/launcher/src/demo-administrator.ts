import type { DemoApi } from './demo-api.js';
import type { Standing } from './demo-registrations.js';
import type { DemoLedger } from './demo-sandbox.js';

const FAILED: ReadonlySet<string> = new Set(['rejected', 'credential_failed']);

/**
 * Mends what a run that was killed has left. Where the answer of a registration was lost, Registrar does not send it again by
 * itself; it asks what the hospital's administrator finds. The demo plays that person: it looks for the marker at the server,
 * removes the client where there is one, and says so.
 * @returns true when something was mended, so that it is worth looking again
 */
export async function mend(
  parts: { readonly api: DemoApi; readonly sandbox: DemoLedger; readonly did: (step: string) => void },
  batchId: string,
  standings: readonly Standing[],
): Promise<boolean> {
  const unknown = standings.filter(({ registration }) => registration?.status === 'outcome_unknown');
  for (const standing of unknown) await resolve(parts, standing);
  const failed = standings.filter(({ registration }) => FAILED.has(registration?.status ?? ''));
  if (unknown.length + failed.length === 0) return false;
  await parts.api.send('POST', `/v1/batches/${batchId}/retry-failed`, {}, 'Trying again what had failed');
  parts.did(`Tried again what an earlier run had left: ${unknown.length + failed.length} registrations`);
  return true;
}

async function resolve(
  { api, sandbox, did }: Parameters<typeof mend>[0],
  { registration, hospital, vendor, issuer }: Standing,
): Promise<void> {
  if (!registration) return;
  const path = `/v1/registrations/${registration.id}`;
  const attempts = await api.all<{ status: string; marker: string }>(`${path}/attempts`);
  const markers = attempts.filter(({ status }) => status === 'unknown').map(({ marker }) => marker);
  const ledger = (await sandbox.ledger()).filter((client) => client.issuer === issuer && client.deleted_at === null);
  const left = ledger.filter(({ client_name, software_version }) =>
    markers.some((marker) => `${client_name ?? ''} ${software_version ?? ''}`.includes(marker)),
  );
  for (const client of left) await sandbox.removeClient(client);
  const found = left.length === 0 ? 'no client with its marker' : 'a client with its marker, which was removed';
  const resolution = left.length === 0 ? 'absent' : 'removed';
  const body = { resolution, evidence: `Looked at the server of the sandbox: ${found}.` };
  await api.send('POST', `${path}/resolve`, body, `Saying what became of ${hospital} at ${vendor}`);
  did(`${hospital} at ${vendor}: the answer was lost; as its administrator, found ${found}`);
}
