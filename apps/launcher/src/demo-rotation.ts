import type { DemoApi } from './demo-api.js';
import type { Pair } from './demo-onboarding.js';
import { untilDone } from './demo-patience.js';

interface RotationRun {
  readonly id: string;
  readonly status: 'running' | 'finished';
  readonly counts: Readonly<Record<string, number>>;
  readonly revoked: number;
  readonly time_to_last_revoked: string | null;
  readonly rotations: readonly unknown[];
}

/**
 * A secret is rotated as if it had been stolen: the next one proven first, then the old one gone. Where servers keep fetched
 * keys for a while, a rotation takes as long; this one does not.
 * @returns what does not hold, in plain words
 */
export async function rotateSecret(
  api: DemoApi,
  { hospital, vendor, ehrId }: Pair,
  did: (step: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const where = `${hospital} at ${vendor}`;
  const wanted = { ehr_id: ehrId, reason: 'compromised' };
  const { id } = await api.send<RotationRun>('POST', '/v1/rotations', wanted, `Rotating the credential of ${where}`);
  const run = await untilDone(
    () => api.get<RotationRun>(`/v1/rotations/${id}`),
    ({ status }) => status === 'finished',
    signal,
  );
  const all = run.rotations.length;
  if (run.status !== 'finished' || (run.counts['succeeded'] ?? 0) !== all || all === 0) {
    const counts = Object.entries(run.counts).map(([status, count]) => `${count} ${status.replaceAll('_', ' ')}`);
    return [`The credential of ${where} is not rotated: ${counts.join(', ')}.`];
  }
  did(`${where}: the secret is rotated, the new one proven before the old one went, which took ${timeOf(run)}`);
  return [];
}

function timeOf({ time_to_last_revoked: time }: RotationRun): string {
  return time === null ? 'a while' : time.replace(/^PT/, '').toLowerCase();
}
