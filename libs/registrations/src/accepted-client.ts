import { compareMetadata, type ClientMetadata, type RegistrationOutcome } from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import { newId, type SecretRow, type Sealer } from '@registrar/vault';
import type { AnswerRecord, Change, NewClient, NewCredential, SettledAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { endOf } from './secret-expiry.js';
import { markStep } from './step.js';
import { withoutStatement } from './software-statement.js';
import { repeated, statementEvent, tokenEvent } from './unsent-registration.js';
import type { UpstreamAccess } from './upstream-access.js';
import { without } from './without.js';
import type { SealedValue, Work, WorkCredential, WorkManagement } from './work.js';

type Accepted = Extract<RegistrationOutcome, { kind: 'accepted' }>;

/** The client that was issued, with everything that is sealed of it, as one change; and the work as it stands afterwards. */
export function acceptedChange(
  work: Work,
  outcome: Accepted,
  record: AnswerRecord,
  sealer: Sealer,
  access: UpstreamAccess,
): { readonly change: Change; readonly work: Work } {
  const { client: issued } = outcome;
  const now = access.clock.now();
  const requested = requestedOf(work);
  const comparison = compareMetadata(requested, issued.granted, { marker: work.upstream.quirks.marker });
  const authMethod =
    textMember(issued.granted['token_endpoint_auth_method']) ??
    textMember(requested['token_endpoint_auth_method']) ??
    'client_secret_basic';
  const usesSecret = authMethod.startsWith('client_secret');
  const clientRowId = newId();
  const client = clientRow(work, issued, clientRowId, authMethod);
  // A pair that an earlier try was made with is of no use to a client that authenticates otherwise.
  const keyed = authMethod === 'private_key_jwt' ? work.pending : undefined;
  const secrets = sealIssued(work, outcome, clientRowId, sealer, keyed);
  const pending = keyed ?? secrets.credential;
  const manageable =
    issued.registrationAccessToken && issued.registrationClientUri !== undefined && issued.registrationClientUriUsable ? 'yes' : 'no';
  const standing = { clientId: clientRowId, drift: comparison.drift, manageable } as const;
  const unfit = outcome.findings.find((finding) => finding.severity === 'error')?.id;
  const stopped = comparison.stop ?? (usesSecret && !issued.clientSecret ? 'credential_missing' : unfit);
  const rows: Partial<Change> = {
    client,
    ...expiryOf(work, issued, clientRowId, now),
    settledAttempt: adopted(record, outcome, comparison.class, stopped !== undefined),
    secrets: secrets.rows,
    ...present('credentials', secrets.credential && [credentialRow(secrets.credential, clientRowId)]),
    ...present('attach', keyed && { credentialId: keyed.id, clientId: clientRowId }),
    ...present('retire', keyed ? undefined : work.pending && [work.pending.id]),
    ifClaimed: sharedIdentity(work, record, issued.clientId),
    ...tokenEvent(work, 'accept'),
    ...statementEvent(work, 'accepted'),
    ...repeated(work),
  };
  if (stopped !== undefined) {
    const problem = problemDocument(stopWords(stopped, comparison.differences));
    const change = changeOf(
      work,
      {
        event: 'need_action',
        action: 'review_granted_metadata',
        operation: 'action_required',
        next: 'done',
        problem,
        registration: standing,
      },
      rows,
    );
    return { change, work };
  }
  const steps = markStep(work.operation.steps, 'register', 'done', now);
  return {
    change: changeOf(work, { event: 'accept', operation: 'running', next: 'keep', steps, tries: 0, registration: standing }, rows),
    work: {
      ...work,
      taken: true,
      operation: { ...work.operation, status: 'running', steps, tries: 0 },
      registration: { ...work.registration, status: 'verifying' },
      client: {
        id: clientRowId,
        scope: 'registration',
        status: 'live',
        clientId: issued.clientId,
        authMethod,
        requestedMetadata: requested,
        grantedMetadata: issued.granted,
        management: managementOf(issued, secrets.token),
        ...present('signingAlg', work.pending?.alg),
        ...present('keySetId', work.pending?.keySetId),
      },
      ...present('pending', pending && { ...pending, clientId: clientRowId }),
    },
  };
}

/** Its contents are adopted with it, so the sealed answer is dropped; where something of it could not be taken, it is kept for whoever looks. */
function adopted(record: AnswerRecord, outcome: Accepted, difference: string, keep: boolean): SettledAttempt {
  return {
    ...(keep ? record : without(record, 'answer')),
    status: 'adopted',
    upstreamClientId: outcome.client.clientId,
    outcome: { class: difference, findings: outcome.findings },
  };
}

/** What the server was asked for: the attempt's document, in which the software statement's claims lie over the plain members. */
function requestedOf(work: Work): ClientMetadata {
  return withoutStatement(work.attempt?.metadata ?? {});
}

function clientRow(work: Work, issued: Accepted['client'], id: string, authMethod: string): NewClient {
  return {
    id,
    authorizationServerId: work.upstream.authorizationServerId,
    applicationId: work.registration.applicationId,
    environment: work.registration.environment,
    scope: 'registration',
    clientId: issued.clientId,
    authMethod,
    registrationClientUriUsable: issued.registrationClientUriUsable,
    hasRegistrationAccessToken: issued.registrationAccessToken !== undefined,
    requestedMetadata: requestedOf(work),
    grantedMetadata: issued.granted,
    ...present('keySetId', work.pending?.keySetId),
    ...present('signingAlg', work.pending?.alg),
    ...present('registrationClientUri', issued.registrationClientUri),
  };
}

/** Seals the secret and the registration access token; a secret that no method needs is sealed too, and never used. */
function sealIssued(
  work: Work,
  { client }: Accepted,
  clientRowId: string,
  sealer: Sealer,
  keyed: WorkCredential | undefined,
): { readonly rows: SecretRow[]; readonly credential?: WorkCredential; readonly token?: SealedValue } {
  const rows: SecretRow[] = [];
  const owner = { workspaceId: work.scope.workspaceId, tenantId: work.tenant.id };
  const seal = (subjectId: string, kind: string, version: number, value: Parameters<Sealer['seal']>[1]) => {
    const sealed = sealer.seal({ subjectId, kind, version }, value);
    rows.push({ ...owner, subjectId, kind, version, sealed });
    return sealed;
  };
  const token = client.registrationAccessToken && seal(clientRowId, 'registration_access_token', 1, client.registrationAccessToken);
  if (!client.clientSecret) return { rows, ...present('token', token), ...noSecret(work, keyed) };
  if (keyed) {
    seal(clientRowId, 'unused_client_secret', 1, client.clientSecret);
    return { rows, ...present('token', token) };
  }
  const [id, version] = [newId(), work.lastVersion + 1];
  const sealed = seal(id, 'client_secret', version, client.clientSecret);
  return {
    rows,
    ...present('token', token),
    credential: {
      id,
      kind: 'client_secret',
      version,
      stage: 'pending',
      sealed,
      ...present('expiresAt', endOf(client.clientSecretExpiresAt)),
    },
  };
}

function managementOf(issued: Accepted['client'], token: SealedValue | undefined): WorkManagement {
  return {
    registrationClientUriUsable: issued.registrationClientUriUsable,
    ...present('registrationClientUri', issued.registrationClientUri),
    ...present('token', token && { version: 1, sealed: token }),
  };
}

/** When the token that manages the client runs out: some servers give it five minutes (B-11), some a year (H-07). */
function expiryOf(work: Work, issued: Accepted['client'], id: string, now: Date): Pick<Change, 'changedClients'> {
  const { ratTtlMs } = work.upstream.quirks;
  const expiresAt = issued.registrationAccessTokenExpiresAt ?? (ratTtlMs === undefined ? undefined : new Date(now.getTime() + ratTtlMs));
  return issued.registrationAccessToken && expiresAt ? { changedClients: [{ id, registrationAccessTokenExpiresAt: expiresAt }] } : {};
}

/** A public client has a credential too: the record that it has none. */
function noSecret(work: Work, keyed: WorkCredential | undefined): { readonly credential?: WorkCredential } {
  return keyed ? {} : { credential: { id: newId(), kind: 'none', version: work.lastVersion + 1, stage: 'pending' } };
}

function credentialRow(credential: WorkCredential, clientId: string): NewCredential {
  return { id: credential.id, clientId, kind: credential.kind, version: credential.version, ...present('expiresAt', credential.expiresAt) };
}

/** Two hospitals, one client: nothing of it is adopted, and the sealed answer is kept for whoever looks into it (A-41, K-28). */
function sharedIdentity(work: Work, record: AnswerRecord, clientId: string): Change {
  const problem = problemDocument(registrationProblem('registrations.shared_identity'));
  return changeOf(
    work,
    { event: 'need_action', action: 'review_granted_metadata', operation: 'action_required', next: 'done', problem },
    {
      settledAttempt: { ...record, status: 'orphaned', upstreamClientId: clientId, outcome: { reason: 'shared_identity' } },
    },
  );
}

function stopWords(stopped: string, differences: readonly unknown[]) {
  if (stopped === 'credential_missing') return registrationProblem('registrations.credential_missing');
  return registrationProblem('registrations.review_granted', {
    detail: `What was granted differs in a way that a person has to look at (${stopped}).`,
    extra: { differences },
  });
}

function textMember(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
