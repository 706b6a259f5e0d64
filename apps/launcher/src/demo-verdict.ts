import { whyNot, type Standing } from './demo-registrations.js';
import type { LedgerClient } from './demo-sandbox.js';

/** The proof that its grants allow: a token where it may ask for one by itself, else an authentication. */
export function proofWanted({ registration }: Standing): 'token' | 'client_authentication' {
  return registration?.granted_metadata?.grant_types?.includes('client_credentials') === true ? 'token' : 'client_authentication';
}

/**
 * Compares what Registrar says with what the authorization servers themselves have.
 * @returns what does not hold, in plain words; nothing where everything does
 */
export function complaints(standings: readonly Standing[], ledger: readonly LedgerClient[]): string[] {
  const found: string[] = [];
  for (const one of standings) {
    const { registration } = one;
    if (registration?.status !== 'active' || registration.operation?.status !== 'succeeded') found.push(whyNot(one));
    else if (registration.proof !== proofWanted(one)) {
      const proof = registration.proof ?? 'none';
      found.push(
        `${one.hospital} at ${one.vendor} is active with the proof ${words(proof)}, where ${words(proofWanted(one))} is possible.`,
      );
    }
  }
  const live = ledger.filter(({ deleted_at }) => deleted_at === null);
  const known = new Set(standings.flatMap(({ issuer, registration }) => keyOf(issuer, registration?.client_id)));
  const there = new Set(live.flatMap(({ issuer, client_id }) => keyOf(issuer, client_id)));
  if (live.length !== standings.length) {
    found.push(`The authorization servers have ${live.length} clients, where ${standings.length} were asked for.`);
  }
  const lost = live.filter(({ issuer, client_id }) => !known.has(`${issuer} ${client_id}`));
  for (const { vendor, hospital, client_id } of lost) {
    found.push(`${vendor}${hospital === null ? '' : ` ${hospital}`} has the client ${client_id}, which no registration holds.`);
  }
  const missing = [...known].filter((key) => !there.has(key)).length;
  if (missing > 0) found.push(`${missing} clients of registrations are not known at their authorization servers.`);
  return found;
}

export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function keyOf(issuer: string, clientId: string | null | undefined): string[] {
  return typeof clientId === 'string' ? [`${issuer} ${clientId}`] : [];
}
