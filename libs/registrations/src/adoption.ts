import type { UnitOfWork } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import type { PublicJwk } from '@registrar/keys';
import type { Secret } from '@registrar/secret';
import { newId, type SecretRow, type Vault } from '@registrar/vault';
import type { NewCredential } from './change.js';
import { credentialOwner } from './credential-owner.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { completionProblem } from './complete.problems.js';

/** What a person knows of a client that was made outside of Registrar's sight. */
export interface MadeClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
}

/** A private key or secret as it lies sealed, with what is public of it. */
export interface KeptCredential {
  readonly id: string;
  readonly kind: NewCredential['kind'];
  readonly version: number;
  readonly keySetId: string | null;
  readonly alg: string | null;
  readonly kid: string | null;
  readonly publicJwk: PublicJwk | null;
  readonly expiresAt: Date | null;
  /** Since when it is what it is, whoever holds it. */
  readonly since: Date;
  readonly sealed: Buffer | null;
}

/** A client of scope application that other hospitals use already, with its newest credential. */
export interface SharedClient {
  readonly id: string;
  readonly authMethod: string;
  readonly credential: KeptCredential | null;
}

/** A registration whose client somebody else made, as it stands. */
export interface Adoptee {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly clientScope: 'registration' | 'application';
  readonly metadata: ClientMetadata;
  readonly lastVersion: number;
  readonly pending: KeptCredential | null;
  readonly shared: SharedClient | null;
}

/** The rows that make a client usable, sealed and ready to be written. */
export interface PreparedAdoption {
  readonly clientRowId: string;
  /** A client row has to be inserted; otherwise it is the shared one. */
  readonly isNew: boolean;
  readonly authMethod: string;
  readonly keySetId?: string;
  readonly signingAlg?: string;
  /** The credential to insert, in place of what was pending. */
  readonly credential?: NewCredential;
  /** Or the pending one, which gets its client. */
  readonly attachId?: string;
  readonly secret?: SecretRow;
  /** Of what others hold already: a copy is as old as that, so that it is as compromised (H-01). */
  readonly since?: Date;
}

/**
 * Decides what the client will authenticate with and seals it; outside of any transaction, because keys are fetched.
 * @throws Problem registrations.client_secret_needed | registrations.client_secret_unused | registrations.shared_credential_hidden
 */
export async function prepareAdoption(scope: UnitOfWork, adoptee: Adoptee, made: MadeClient, vault: Vault): Promise<PreparedAdoption> {
  const { shared, pending } = adoptee;
  // The row and the sealed value are the workspace's: who sees one hospital alone can write neither.
  if (adoptee.clientScope === 'application' && scope.tenantIds !== undefined)
    throw completionProblem('registrations.shared_credential_hidden');
  const declared = adoptee.metadata['token_endpoint_auth_method'];
  const authMethod = shared?.authMethod ?? (typeof declared === 'string' ? declared : 'client_secret_basic');
  const usesSecret = authMethod.startsWith('client_secret');
  if (made.clientSecret && !usesSecret)
    throw completionProblem('registrations.client_secret_unused', { detail: `This client authenticates by ${authMethod}.` });
  const base = { clientRowId: shared?.id ?? newId(), isNew: !shared, authMethod };
  if (authMethod === 'none') return { ...base, credential: { ...numbered(adoptee, base.clientRowId), kind: 'none' } };
  if (!shared && adoptee.clientScope === 'registration' && authMethod === 'private_key_jwt') {
    if (!pending)
      throw registrationProblem('registrations.not_possible_now', { detail: 'Its key was never made: retry the registration.' });
    return { ...base, attachId: pending.id, ...present('keySetId', pending.keySetId), ...present('signingAlg', pending.alg) };
  }
  const source = made.clientSecret ? undefined : shared ? shared.credential : pending;
  if (usesSecret && !made.clientSecret && !shared) throw completionProblem('registrations.client_secret_needed');
  if (!made.clientSecret && !source?.sealed) throw completionProblem('registrations.shared_credential_hidden');
  const owner = { workspaceId: scope.workspaceId, tenantId: adoptee.tenantId };
  const client = { scope: adoptee.clientScope };
  // The pending key was sealed for its hospital, before it was known that the client is everybody's.
  const openedBy = shared ? credentialOwner(owner, client) : owner;
  const value = made.clientSecret ?? (await opened(source, openedBy, vault));
  const sealer = await vault.prepare(credentialOwner(owner, client));
  const credential: NewCredential = {
    ...numbered(adoptee, base.clientRowId),
    kind: usesSecret ? 'client_secret' : 'private_key',
    ...present('keySetId', source?.keySetId),
    ...present('alg', source?.alg),
    ...present('kid', source?.kid),
    ...present('publicJwk', source?.publicJwk),
    ...present('expiresAt', source?.expiresAt),
  };
  const { id: subjectId, kind, version } = credential;
  const secret = { ...credentialOwner(owner, client), subjectId, kind, version, sealed: sealer.seal({ subjectId, kind, version }, value) };
  return {
    ...base,
    credential,
    secret,
    ...present('since', source?.since),
    ...present('keySetId', source?.keySetId),
    ...present('signingAlg', source?.alg),
  };
}

function numbered(adoptee: Adoptee, clientId: string) {
  return { id: newId(), clientId, version: adoptee.lastVersion + 1 };
}

function opened(source: KeptCredential | null | undefined, owner: Parameters<Vault['open']>[0], vault: Vault): Promise<Secret> {
  if (!source?.sealed) throw completionProblem('registrations.shared_credential_hidden');
  return vault.open(owner, { subjectId: source.id, kind: source.kind, version: source.version }, source.sealed);
}
