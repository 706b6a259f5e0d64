import type { DemoApi } from './demo-api.js';
import type { Standing } from './demo-registrations.js';
import type { DemoLedger, LedgerClient } from './demo-sandbox.js';

export interface Mending {
  readonly api: DemoApi;
  readonly sandbox: DemoLedger;
  readonly did: (step: string) => void;
}

const FAILED: ReadonlySet<string> = new Set(['rejected', 'credential_failed']);

/**
 * Mends what a run that was killed has left. Where the answer of a registration was lost, Registrar does not send it again by
 * itself; it asks what the hospital's administrator finds. The demo plays that person: it looks for the marker at the server,
 * removes the client where there is one, and says so.
 * @returns true when something was mended, so that it is worth looking again
 */
export async function mend(parts: Mending, batchId: string, standings: readonly Standing[]): Promise<boolean> {
  const unknown = standings.filter(({ registration }) => registration?.status === 'outcome_unknown');
  const failed = standings.filter(({ registration }) => FAILED.has(registration?.status ?? ''));
  if (unknown.length + failed.length === 0) return false;
  let removed = 0;
  for (const standing of unknown) removed += await resolve(parts, standing, await parts.sandbox.ledger());
  if (unknown.length > 0) {
    parts.did(`${unknown.length} answers were lost in an earlier run; as the hospitals' administrators, looked for their clients`);
    parts.did(`${removed} of these clients were there and are removed; ${unknown.length - removed} had never come to be`);
  }
  await parts.api.send('POST', `/v1/batches/${batchId}/retry-failed`, {}, 'Trying again what had failed');
  parts.did(`${unknown.length + failed.length} registrations are tried again`);
  return true;
}

/** @returns 1 where there was a client; it is removed */
async function resolve({ api, sandbox }: Mending, standing: Standing, ledger: readonly LedgerClient[]): Promise<number> {
  const { registration, hospital, vendor, issuer } = standing;
  if (!registration) return 0;
  const path = `/v1/registrations/${registration.id}`;
  const attempts = await api.all<{ status: string; marker: string }>(`${path}/attempts`);
  const markers = attempts.filter(({ status }) => status === 'unknown').map(({ marker }) => marker);
  const left = ledger.find(
    (client) =>
      client.issuer === issuer &&
      client.deleted_at === null &&
      markers.some((marker) => `${client.client_name ?? ''} ${client.software_version ?? ''}`.includes(marker)),
  );
  if (left) await sandbox.removeClient(left);
  const body = left
    ? { resolution: 'removed', client_id: left.client_id, evidence: 'Found by its marker in the ledger of the sandbox, and removed there.' }
    : { resolution: 'absent', evidence: 'No client with the marker of the attempt is in the ledger of the sandbox.' };
  await api.send('POST', `${path}/resolve`, body, `Saying what became of ${hospital} at ${vendor}`);
  return left ? 1 : 0;
}
