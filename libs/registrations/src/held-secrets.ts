import type { Secret } from '@registrar/secret';
import { credentialOwner } from './credential-owner.js';
import { ownerOf } from './owner-of.js';
import { present } from './present.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkClient, WorkCredential } from './work.js';

/** What Registrar holds of a managed client, opened for one exchange. */
export interface HeldSecrets {
  readonly registrationAccessToken?: Secret;
  readonly clientSecret?: Secret;
  /** The statement that an update is sent with. */
  readonly softwareStatement?: Secret;
}

/** Opens the registration access token, and the client secret where the client authenticates with one. */
export async function openHeld(work: Work, client: WorkClient, access: UpstreamAccess): Promise<HeldSecrets> {
  const owner = credentialOwner({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id }, client);
  const open = (subjectId: string, kind: string, version: number, bytes: Uint8Array) =>
    access.vault.open(owner, { subjectId, kind, version }, bytes);
  const { token } = client.management;
  const secret = secretOf(work, client);
  return {
    ...present('registrationAccessToken', token && (await open(client.id, 'registration_access_token', token.version, token.sealed.bytes))),
    ...present('clientSecret', secret?.sealed && (await open(secret.id, secret.kind, secret.version, secret.sealed.bytes))),
  };
}

/** The credentials to cut out of the server's words, and to tell new ones from. */
export function heldValues(held: HeldSecrets): readonly Secret[] {
  return [held.registrationAccessToken, held.clientSecret, held.softwareStatement].filter((secret) => secret !== undefined);
}

/** Of a client's secrets the one that the server issued last, proven or gone back from: that is the one that it goes by. */
export function secretOf(work: Work, client: WorkClient): WorkCredential | undefined {
  const own = [work.pending, work.current, work.previous].filter(
    (one) => one?.kind === 'client_secret' && ownerOf(work, one)?.id === client.id,
  );
  return own.reduce((newest, one) => (newest && one && newest.version > one.version ? newest : one), undefined);
}
