import type { Transaction } from '@registrar/database';
import type { Quirks } from '@registrar/dcr';
import { serverRows } from './authorization-servers.repository.js';

/**
 * Keeps what a server's own answers taught, for every EHR that it guards: e.g. `{jwksMode: ['inline']}` after a 400 on
 * `jwks_uri`. `droppedMembers` add up, everything else is replaced.
 */
export async function learnQuirks(tx: Transaction, authorizationServerId: string, patch: Partial<Quirks>, at: Date): Promise<void> {
  await serverRows.learn(tx, authorizationServerId, patch, at);
}

/** Keeps what this server answers to a wrong credential, e.g. `invalid_client`: the control that a proof is judged against. */
export async function rememberProofControl(tx: Transaction, authorizationServerId: string, answer: string, at: Date): Promise<void> {
  await serverRows.setProofControl(tx, authorizationServerId, answer, at);
}
