import { keySetUrl } from '@registrar/keys';
import { digestText, newId, type SecretRow, type Sealer } from '@registrar/vault';
import type { Change, NewClient, NewCredential } from './change.js';
import { markerOf } from './client-keys.js';
import { credentialOwner } from './credential-owner.js';
import { withoutStatement } from './software-statement.js';
import { manageableAt, type PlannedImport } from './import-plan.js';
import { present } from './present.js';

/** The part of a change that an import writes; there is no exchange behind it. */
export type ImportedRows = Pick<
  Change,
  'workspaceId' | 'tenantId' | 'registrationId' | 'operationId' | 'fence' | 'client' | 'keySet' | 'credentials' | 'secrets' | 'newAttempt'
> & { readonly clientRowId: string; readonly manageable: 'yes' | 'no' };

/** The client that a row is about. One that hospitals share has one key set: a server looks for its keys in one place. */
export interface ImportedClient {
  readonly id: string;
  readonly isNew: boolean;
  readonly keySetId?: string;
}

/**
 * Everything that one row becomes, sealed. Its key is published in its client's key set at once, so that the server can be
 * pointed there before the key is rotated, and no client is interrupted.
 */
export function importedRows(
  workspaceId: string,
  one: PlannedImport,
  { id: clientRowId, isNew, keySetId: sharedKeySetId }: ImportedClient,
  sealer: Sealer,
  publicUrl: string,
): ImportedRows {
  const { row, planned, key } = one;
  const [registrationId, operationId, attemptId, credentialId] = [newId(), newId(), newId(), newId()];
  const tenantId = planned.pair.tenantId;
  const shared = planned.upstream.clientScope === 'application';
  const server = planned.upstream.server?.id ?? '';
  const keySetId = key && (sharedKeySetId ?? newId());
  const keySet = keySetId !== undefined && sharedKeySetId === undefined ? { id: keySetId, url: keySetUrl(publicUrl, keySetId) } : undefined;
  const owner = credentialOwner({ workspaceId, tenantId }, { scope: shared ? 'application' : 'registration' });
  const secrets: SecretRow[] = [];
  const seal = (subjectId: string, kind: string, value: Parameters<Sealer['seal']>[1]) => {
    secrets.push({ ...owner, subjectId, kind, version: 1, sealed: sealer.seal({ subjectId, kind, version: 1 }, value) });
  };
  const value = key?.privateJwk ?? row.clientSecret;
  if (value) seal(credentialId, key ? 'private_key' : 'client_secret', value);
  if (isNew && row.registrationAccessToken) seal(clientRowId, 'registration_access_token', row.registrationAccessToken);
  const credential: NewCredential = {
    id: credentialId,
    clientId: clientRowId,
    kind: key ? 'private_key' : row.clientSecret ? 'client_secret' : 'none',
    version: 1,
    ...present('keySetId', keySetId),
    ...present('alg', key?.alg),
    ...present('kid', key?.kid),
    ...present('publicJwk', key?.publicJwk),
    ...present('expiresAt', row.clientSecretExpiresAt),
  };
  const client = clientOf(one, clientRowId, keySetId);
  const document = withoutStatement(planned.effective.document);
  return {
    workspaceId,
    tenantId,
    registrationId,
    operationId,
    fence: 0,
    clientRowId,
    manageable: client.registrationClientUriUsable && row.registrationAccessToken ? 'yes' : 'no',
    credentials: [credential],
    secrets,
    newAttempt: {
      id: attemptId,
      kind: 'import',
      status: 'with_person',
      authorizationServerId: server,
      marker: markerOf(attemptId),
      url: '',
      metadata: document,
      metadataDigest: digestText(JSON.stringify(document)),
      deadlineMs: 0,
    },
    ...present('client', isNew ? client : undefined),
    ...present('keySet', keySet && { ...keySet, authorizationServerId: server, environment: row.environment }),
  };
}

function clientOf(
  { row, planned, authMethod, requested, granted, key }: PlannedImport,
  id: string,
  keySetId: string | undefined,
): NewClient {
  const uri = row.registrationClientUri;
  return {
    id,
    authorizationServerId: planned.upstream.server?.id ?? '',
    applicationId: row.applicationId,
    environment: row.environment,
    scope: planned.upstream.clientScope,
    clientId: row.clientId,
    authMethod,
    registrationClientUriUsable: uri !== undefined && manageableAt(uri, planned.upstream.server?.endpoints.registration),
    hasRegistrationAccessToken: row.registrationAccessToken !== undefined,
    requestedMetadata: requested,
    grantedMetadata: granted,
    ...present('registrationClientUri', uri),
    ...present('signingAlg', key?.alg),
    ...present('keySetId', keySetId),
  };
}
