import type { StepPlan, Work } from '@registrar/registrations';
import { manageabilityProblem } from '@registrar/registrations';

/** By what a client's registration access token is replaced before it ends (H-07); undefined where nothing does. */
export type Renewal = 'read' | 'update' | 'with_secret';

/**
 * An update that changes nothing, or a read, where one replaces the token. Where it replaces the client's secret too, the secret is
 * rotated, which brings another token with it (H-03).
 */
export function renewalOf(work: Work, now: Date): Renewal | undefined {
  const { client, current, upstream } = work;
  if (!client) return undefined;
  const { putRotates, readRotates } = upstream.quirks;
  const ways = [
    { kind: 'update' as const, rotates: putRotates },
    { kind: 'read' as const, rotates: readRotates },
  ].filter(({ kind, rotates }) => rotates.rat && manageabilityProblem(work, client, kind, now) === undefined);
  const [way] = current?.kind === 'client_secret' ? ways.toSorted((a, b) => Number(a.rotates.secret) - Number(b.rotates.secret)) : ways;
  return way && (current?.kind === 'client_secret' && way.rotates.secret ? 'with_secret' : way.kind);
}

/** The steps of a renewal by itself. */
export const RENEWALS: Readonly<Record<'read' | 'update', readonly StepPlan[]>> = {
  read: [{ name: 'renew_by_read', kind: 'upstream_write' }],
  update: [{ name: 'renew_by_update', kind: 'upstream_write' }],
};
