import type { Transaction } from '@registrar/database';
import { parseClientMetadata, type AuthMethod, type ClientMetadata } from '@registrar/dcr';
import type { KeyPair, PrivateKeyRefusal } from '@registrar/keys';
import type { FieldProblem } from '@registrar/problem';
import { newId } from '@registrar/vault';
import type { ImportAnswer, ImportRow } from './import.js';
import { contradictions, importedAuthMethod, repeated } from './import-refusals.js';
import { findRows, type FoundRow } from './import.repository.js';
import { importedDocument } from './imported-document.js';
import { planPairs, type PlanAccess, type PlannedPair } from './plan.js';
import { withoutStatement } from './software-statement.js';

/** A row that can be taken in, with all that it names. */
export interface PlannedImport {
  readonly row: ImportRow;
  readonly planned: PlannedPair;
  readonly authMethod: AuthMethod;
  readonly requested: ClientMetadata;
  readonly granted: ClientMetadata;
  readonly key?: KeyPair;
  /** The client that other hospitals share already under this id. */
  readonly sharedClientId?: string;
  readonly sharedKeySetId?: string;
  readonly warnings: readonly FieldProblem[];
}

export type ReadKeys = ReadonlyMap<number, KeyPair | PrivateKeyRefusal>;

export interface ImportPlan {
  readonly ready: readonly PlannedImport[];
  readonly answers: readonly ImportAnswer[];
}

const KEY_WORDS: Readonly<Record<PrivateKeyRefusal, string>> = {
  not_a_key: 'Is neither a private JWK nor PKCS#8 in PEM; openssl pkcs8 -topk8 -nocrypt turns other forms into it.',
  public_only: 'Is the public half of a key.',
  too_weak: 'Is an RSA key of fewer than 2048 bits.',
  alg_mismatch: 'Does not fit signing_alg, or is a kind of key that Registrar does not sign with.',
};

/** Judges every row by itself and in its portfolio, by a handful of statements for all; nothing is written. */
export async function planImport(
  tx: Transaction,
  rows: readonly ImportRow[],
  keys: ReadKeys,
  access: PlanAccess,
  now: Date,
): Promise<ImportPlan> {
  const found = await findRows(tx, rows);
  const judged = rows.flatMap((row, place) => {
    const at = found[place];
    return at ? [{ row, at, errors: refusals(tx, row, at, keys.get(row.index), now) }] : [];
  });
  // Only what could be taken in otherwise is repeated by another row.
  const doubled = repeated(
    judged.filter(({ errors }) => errors.length === 0).map(({ row, at }) => ({ row, pair: `${at.tenantId}:${at.ehrId}` })),
  );
  const answers: ImportAnswer[] = [];
  const fit: { row: ImportRow; at: FoundRow }[] = [];
  for (const { row, at, errors } of judged) {
    const double = doubled.get(row.index);
    const all = double ? [...errors, double] : errors;
    if (all.length > 0) answers.push(answerOf(row, 'refused', all));
    else if (at.registrationId !== null) answers.push(alreadyThere(row, at));
    else fit.push({ row, at });
  }
  const ready: PlannedImport[] = [];
  for (const [applicationId, group] of byApplication(fit)) {
    const pairs = group.map(({ at }) => ({
      connectionId: at.connectionId ?? newId(),
      tenantId: at.tenantId ?? '',
      ehrId: at.ehrId ?? '',
    }));
    const planned = await planPairs(tx, applicationId, pairs, access, now);
    const byConnection = new Map(planned.map((one) => [one.pair.connectionId, one]));
    group.forEach(({ row, at }, place) => {
      const pair = byConnection.get(pairs[place]?.connectionId ?? '');
      const one = pair && readyRow(row, at, pair, keys.get(row.index), tx.scope.tenantIds !== undefined);
      if (one && 'planned' in one) ready.push(one);
      else answers.push(answerOf(row, 'refused', one ? one.errors : [problem('/ehr_id', 'not_found', 'There is none with this id.')]));
    });
  }
  return withoutTaken(ready, answers);
}

function refusals(tx: Transaction, row: ImportRow, at: FoundRow, key: KeyPair | PrivateKeyRefusal | undefined, now: Date): FieldProblem[] {
  const errors = contradictions(row, now);
  const none = 'There is none with this id.';
  if (at.tenantId === null) errors.push(problem('id' in row.tenant ? '/tenant_id' : '/tenant_external_id', 'not_found', none));
  else if (!at.tenantActive) errors.push(problem('/tenant_id', 'offboarding', 'The hospital is leaving or has left.'));
  if (at.ehrId === null) errors.push(problem('/ehr_id', 'not_found', none));
  else if (at.foreign) errors.push(problem('/ehr_id', 'another_hospitals', 'The EHR belongs to another hospital.'));
  if (at.applicationId === null) errors.push(problem('/application_id', 'not_found', none));
  if (at.environment !== null && at.environment !== row.environment)
    errors.push(problem('/environment', 'environment_mismatch', `The EHR is a ${at.environment} one.`));
  if (tx.scope.environment !== undefined && tx.scope.environment !== row.environment)
    errors.push(problem('/environment', 'environment_mismatch', `The API key is for ${tx.scope.environment}.`));
  if (typeof key === 'string') errors.push(problem('/private_key', key, KEY_WORDS[key]));
  return errors;
}

/** The pair is registered already: with this client it is there, with another one it contradicts. */
function alreadyThere(row: ImportRow, at: FoundRow): ImportAnswer {
  const registrationId = at.registrationId ?? '';
  if (at.registeredClientId === row.clientId) return { ...answerOf(row, 'existing', []), registrationId };
  const detail = 'The hospital has a registration of this application there, with another client or none.';
  return { ...answerOf(row, 'refused', [problem('/client_id', 'already_registered', detail)]), registrationId };
}

function readyRow(
  row: ImportRow,
  at: FoundRow,
  planned: PlannedPair,
  key: KeyPair | PrivateKeyRefusal | undefined,
  bound: boolean,
): PlannedImport | { readonly errors: FieldProblem[] } {
  const { upstream, effective } = planned;
  const shared = upstream.clientScope === 'application' && at.holderShared ? at.holderId : null;
  const errors: FieldProblem[] = [];
  // Its row, its keys and what seals its secret are the workspace's: who sees one hospital alone can write none of them.
  if (upstream.clientScope === 'application' && bound)
    errors.push(
      problem(
        '/ehr_id',
        'shared_client',
        'All hospitals of this EHR share one client: import it with a key that is not bound to hospitals.',
      ),
    );
  if (upstream.server?.endpoints.token === undefined)
    errors.push(
      problem('/ehr_id', 'ehr_not_ready', 'No token endpoint is known there, so the client could not be proven: discover the EHR.'),
    );
  if (at.holderId !== null && shared === null)
    errors.push(problem('/client_id', 'client_id_taken', 'Another registration at this server holds that client id.'));
  const written = row.clientMetadata === undefined ? undefined : metadataOf(row);
  if (written && 'problems' in written) errors.push(...written.problems);
  if (errors.length > 0) return { errors };
  const granted = written && 'metadata' in written ? written.metadata : {};
  const alg = typeof key === 'object' ? key.alg : undefined;
  const requested = importedDocument(withoutStatement(effective.document), importedAuthMethod(row), alg);
  return {
    row,
    planned,
    authMethod: importedAuthMethod(row),
    requested,
    granted: { ...requested, ...granted, token_endpoint_auth_method: importedAuthMethod(row) },
    warnings: warningsOf(row, planned),
    ...(typeof key === 'object' ? { key } : {}),
    ...(shared === null ? {} : { sharedClientId: shared }),
    ...(shared === null || at.holderKeySetId === null ? {} : { sharedKeySetId: at.holderKeySetId }),
  };
}

function metadataOf(row: ImportRow) {
  return parseClientMetadata(row.clientMetadata, { pointer: '/client_metadata', loopbackAllowed: row.environment !== 'production' });
}

function warningsOf(row: ImportRow, { upstream }: PlannedPair): FieldProblem[] {
  const uri = row.registrationClientUri;
  if (uri === undefined || manageableAt(uri, upstream.server?.endpoints.registration)) return [];
  return [
    problem('/registration_client_uri', 'other_origin', 'Is not at the origin of the registration endpoint: nothing is ever sent there.'),
  ];
}

/** A registration access token goes to the very origin of the registration endpoint and nowhere else. */
export function manageableAt(uri: string, registrationEndpoint: string | undefined): boolean {
  return registrationEndpoint !== undefined && URL.canParse(uri) && new URL(uri).origin === new URL(registrationEndpoint).origin;
}

/** One client id at one server is one client: of two rows only the first may have it, unless the EHR gives one for all. */
function withoutTaken(ready: readonly PlannedImport[], answers: ImportAnswer[]): ImportPlan {
  const holders = new Map<string, PlannedImport>();
  const kept = ready.filter((one) => {
    const key = `${one.planned.upstream.server?.id ?? ''} ${one.row.clientId}`;
    const holder = holders.get(key);
    if (!holder || one.planned.upstream.clientScope === 'application') {
      holders.set(key, holder ?? one);
      return true;
    }
    const detail = `Row ${holder.row.index + 1} has the same client id at the same server.`;
    answers.push(answerOf(one.row, 'refused', [problem('/client_id', 'client_id_taken', detail)]));
    return false;
  });
  return { ready: kept, answers };
}

export function answerOf(row: ImportRow, outcome: ImportAnswer['outcome'], errors: readonly FieldProblem[]): ImportAnswer {
  return { index: row.index, outcome, errors, warnings: [], ...(row.ref === undefined ? {} : { ref: row.ref }) };
}

function problem(pointer: string, code: string, detail: string): FieldProblem {
  return { pointer, code, detail };
}

function byApplication<T extends { readonly row: ImportRow }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of rows) groups.set(one.row.applicationId, [...(groups.get(one.row.applicationId) ?? []), one]);
  return groups;
}
