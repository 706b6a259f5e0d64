import type { ClientMetadata, ManagementAccepted } from '@registrar/dcr';
import type { Secret } from '@registrar/secret';
import { newId, type SecretRow } from '@registrar/vault';
import type { Change, ChangedClient, NewCredential, SpentSecret } from './change.js';
import { credentialOwner } from './credential-owner.js';
import type { ManagedAnswer } from './managed-exchange.js';
import { present } from './present.js';
import { adoptExpiry, endOf } from './secret-expiry.js';
import type { SealedValue, Work, WorkClient, WorkCredential, WorkManagement } from './work.js';

/** What of an answer about a managed client is written, and the work as it then stands. */
export interface AdoptedAnswer {
  readonly rows: Pick<Change, 'changedClients' | 'secrets' | 'spentSecrets' | 'credentials' | 'retire' | 'expiries'>;
  readonly work: Work;
  /** A client secret that took the place of the one before, which the server no longer takes: to be proven. */
  readonly issued?: WorkCredential;
}

export interface Adopting {
  readonly now: Date;
  /** The document that the client is asked for from now on. */
  readonly requested?: ClientMetadata;
  /** The client authenticates so from now on: an update asked for it, and the server granted it. */
  readonly authMethod?: string;
  /** The stored metadata stays: only what was issued is taken over. */
  readonly metadata?: 'keep';
}

/**
 * Takes over what a server said about a client that it manages (B-03): a registration access token takes the place of the
 * old one, which is destroyed; a client secret becomes a new pending version, and one that stays ends when the answer says; what the
 * answer leaves out stays (B-08).
 */
export function adoptManaged(answer: ManagedAnswer, outcome: ManagementAccepted, adopting: Adopting): AdoptedAnswer {
  const { client } = answer;
  const { client: said } = outcome;
  const stays = outcome.rotated.secret ? undefined : adoptExpiry(answer.work, client, said.clientSecretExpiresAt, adopting.now);
  const work = stays?.work ?? answer.work;
  const token = adoptToken(answer, outcome, adopting.now);
  const authMethod = adopting.authMethod ?? client.authMethod;
  const secret =
    outcome.rotated.secret && said.clientSecret
      ? adoptSecret(answer, authMethod, said.clientSecret, endOf(said.clientSecretExpiresAt))
      : authMethod === 'none' && client.authMethod !== 'none'
        ? noSecret(work, client)
        : undefined;
  const granted = Object.keys(said.granted).length === 0 ? client.grantedMetadata : said.granted;
  const changed: ChangedClient = {
    id: client.id,
    ...present('authMethod', adopting.authMethod),
    ...(adopting.metadata === 'keep' ? {} : { grantedMetadata: granted, ...present('requestedMetadata', adopting.requested) }),
    ...(said.registrationClientUri === undefined
      ? {}
      : { registrationClientUri: said.registrationClientUri, registrationClientUriUsable: said.registrationClientUriUsable }),
    ...token?.changed,
  };
  const stale =
    secret?.credential && (work.pending?.kind === 'client_secret' || adopting.authMethod !== undefined) ? work.pending : undefined;
  const standing: WorkClient = {
    ...client,
    authMethod,
    grantedMetadata: changed.grantedMetadata ?? client.grantedMetadata,
    requestedMetadata: changed.requestedMetadata ?? client.requestedMetadata,
    management: {
      registrationClientUriUsable: changed.registrationClientUriUsable ?? client.management.registrationClientUriUsable,
      ...present('registrationClientUri', changed.registrationClientUri ?? client.management.registrationClientUri),
      ...present('token', token?.held ?? client.management.token),
    },
  };
  return {
    rows: {
      changedClients: [changed],
      secrets: [...(token?.rows ?? []), ...(secret?.rows ?? [])],
      spentSecrets: [
        ...(token?.spent ?? []),
        ...(secret?.spent ?? []),
        ...(stale ? [{ subjectId: stale.id, kind: stale.kind, version: stale.version }] : []),
      ],
      ...present('credentials', secret?.credential && [rowOf(secret.credential, client.id)]),
      ...present('retire', stale && [stale.id]),
      ...stays?.rows,
    },
    work: {
      ...work,
      ...(work.client?.id === client.id ? { client: standing } : {}),
      ...(work.pendingClient?.id === client.id ? { pendingClient: standing } : {}),
      ...(work.previousClient?.id === client.id ? { previousClient: standing } : {}),
      ...present('pending', secret?.credential ?? (stale ? undefined : work.pending)),
      lastVersion: Math.max(work.lastVersion, secret?.credential?.version ?? 0),
    },
    ...present('issued', secret?.credential),
  };
}

interface AdoptedToken {
  readonly changed: Partial<ChangedClient>;
  readonly rows: readonly SecretRow[];
  readonly spent: readonly SpentSecret[];
  readonly held?: WorkManagement['token'];
}

function adoptToken(answer: ManagedAnswer, { client: said, rotated }: ManagementAccepted, now: Date): AdoptedToken | undefined {
  const { client, work } = answer;
  const { token } = client.management;
  const { ratTtlMs } = work.upstream.quirks;
  const expiresAt =
    said.registrationAccessTokenExpiresAt ?? (rotated.rat && ratTtlMs !== undefined ? new Date(now.getTime() + ratTtlMs) : undefined);
  if (!rotated.rat || !said.registrationAccessToken)
    return expiresAt && token
      ? { changed: { registrationAccessTokenExpiresAt: expiresAt }, rows: [], spent: [], held: { ...token, expiresAt } }
      : undefined;
  const version = (token?.version ?? 0) + 1;
  const { row, sealed } = sealedRow(answer, client.id, 'registration_access_token', version, said.registrationAccessToken);
  return {
    changed: {
      hasRegistrationAccessToken: true,
      registrationAccessTokenVersion: version,
      ...present('registrationAccessTokenExpiresAt', expiresAt),
    },
    rows: [row],
    spent: token ? [{ subjectId: client.id, kind: 'registration_access_token', version: token.version }] : [],
    held: { version, sealed, ...present('expiresAt', expiresAt) },
  };
}

interface AdoptedSecret {
  readonly rows: readonly SecretRow[];
  readonly spent: readonly SpentSecret[];
  readonly credential?: WorkCredential;
}

/** A secret that no method needs is sealed too, and never used. */
function adoptSecret(answer: ManagedAnswer, authMethod: string, value: Secret, expiresAt: Date | undefined): AdoptedSecret {
  const { client, work } = answer;
  if (!authMethod.startsWith('client_secret')) {
    const spent = [{ subjectId: client.id, kind: 'unused_client_secret', version: 1 }];
    return { rows: [sealedRow(answer, client.id, 'unused_client_secret', 1, value).row], spent };
  }
  const [id, version] = [newId(), work.lastVersion + 1];
  const { row, sealed } = sealedRow(answer, id, 'client_secret', version, value);
  return {
    rows: [row],
    spent: [],
    credential: { id, kind: 'client_secret', version, stage: 'pending', clientId: client.id, sealed, ...present('expiresAt', expiresAt) },
  };
}

/** A public client has a credential too: the record that it has none. */
function noSecret({ lastVersion }: Work, { id: clientId }: WorkClient): AdoptedSecret {
  return { rows: [], spent: [], credential: { id: newId(), kind: 'none', version: lastVersion + 1, stage: 'pending', clientId } };
}

function sealedRow({ work, client, sealer }: ManagedAnswer, subjectId: string, kind: string, version: number, value: Secret) {
  const sealed: SealedValue & SecretRow['sealed'] = sealer.seal({ subjectId, kind, version }, value);
  const owner = credentialOwner({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id }, client);
  return { sealed, row: { ...owner, subjectId, kind, version, sealed } };
}

function rowOf(credential: WorkCredential, clientId: string): NewCredential {
  return { id: credential.id, clientId, kind: credential.kind, version: credential.version, ...present('expiresAt', credential.expiresAt) };
}
