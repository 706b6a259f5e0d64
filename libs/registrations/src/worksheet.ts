import type { Database, Environment, UnitOfWork } from '@registrar/database';
import { textOf, textsOf, type ClientMetadata } from '@registrar/dcr';
import { registrationProblem } from './registrations.problems.js';
import { completionProblem } from './complete.problems.js';
import { fieldTitle, vendorWords, type WorksheetFieldName } from './worksheet-words.js';
import { findWorksheet, type WorksheetRow } from './worksheet.repository.js';

/** One field of the vendor's form: what stands beside it there, and what to type or paste into it. */
export interface WorksheetField {
  readonly name: WorksheetFieldName;
  readonly title: string;
  /** One value for each line; what is copied. */
  readonly values: readonly string[];
}

/** What to paste where, to register a client by hand (D-40). */
export interface Worksheet {
  readonly registrationId: string;
  readonly attemptId: string;
  /** By which the client can be told from others at the portal. */
  readonly marker: string;
  /** SHA-256 of the document that the fields are taken from: what was approved is what was typed in. */
  readonly checksum: string;
  readonly environment: Environment;
  readonly vendor: string;
  readonly portal: string;
  readonly notes: readonly string[];
  readonly fields: readonly WorksheetField[];
  /** The fields that a change of a client that stands already is about; empty where it is registered for the first time. */
  readonly changed: readonly WorksheetFieldName[];
  /** The document itself, for a portal that takes one. */
  readonly clientMetadata: ClientMetadata;
  /** Whether `complete` has to bring a client secret. */
  readonly secretNeeded: boolean;
  /** Where the vendor gives one client for all hospitals and there is one already: nothing is registered again, it is shared. */
  readonly sharedClientId: string | null;
  readonly completed: boolean;
}

/** Makes the worksheet of a registration at a portal. */
export class WorksheetReader {
  constructor(private readonly database: Database) {}

  /** @throws Problem registrations.not_found | registrations.strategy_mismatch | registrations.worksheet_not_ready */
  async read(scope: UnitOfWork, registrationId: string): Promise<Worksheet> {
    const row = await this.database.transaction(scope, (tx) => findWorksheet(tx, registrationId));
    if (!row) throw registrationProblem('registrations.not_found');
    if (row.strategy !== 'portal') throw completionProblem('registrations.strategy_mismatch');
    if (row.attemptId === null || row.metadata === null || row.marker === null || row.checksum === null)
      throw completionProblem('registrations.worksheet_not_ready');
    const words = vendorWords(row.vendor);
    return {
      registrationId,
      attemptId: row.attemptId,
      marker: row.marker,
      checksum: row.checksum,
      environment: row.environment,
      vendor: row.vendor,
      portal: words.portal,
      notes: words.notes,
      fields: fieldsOf(row, row.metadata),
      changed: row.before === null ? [] : changedFields(fieldsOf(row, row.before), fieldsOf(row, row.metadata)),
      clientMetadata: row.metadata,
      secretNeeded: row.before === null && (textOf(row.metadata, 'token_endpoint_auth_method')?.startsWith('client_secret') ?? true),
      sharedClientId: row.sharedClientId,
      completed: row.attemptStatus !== 'with_person',
    };
  }
}

/** Every field to copy; what the application does not have is left out. */
function fieldsOf(row: WorksheetRow, metadata: ClientMetadata): WorksheetField[] {
  const one = (member: string) => textsOf(metadata, member).slice(0, 1);
  const values: Record<WorksheetFieldName, readonly string[]> = {
    app_name: one('client_name').length > 0 ? one('client_name') : [row.applicationName],
    app_type: [applicationType(row.applicationKind, metadata)],
    redirect_uris: textsOf(metadata, 'redirect_uris'),
    launch_url: launchUrl(row, metadata),
    jwks_url: row.keySetUrl === null ? one('jwks_uri') : [row.keySetUrl],
    auth_method: one('token_endpoint_auth_method'),
    scopes: textsOf(metadata, 'scope').flatMap((scope) => scope.split(' ').filter((part) => part !== '')),
    contacts: textsOf(metadata, 'contacts'),
    website: one('client_uri'),
    logo: one('logo_uri'),
    terms: one('tos_uri'),
    privacy: one('policy_uri'),
    organization_id: row.organizationId === null ? [] : [row.organizationId],
  };
  return (Object.keys(values) as WorksheetFieldName[])
    .filter((name) => values[name].length > 0)
    .map((name) => ({ name, title: fieldTitle(row.vendor, name), values: values[name] }));
}

function changedFields(before: readonly WorksheetField[], after: readonly WorksheetField[]): WorksheetFieldName[] {
  const values = (fields: readonly WorksheetField[], name: WorksheetFieldName) =>
    fields.find((field) => field.name === name)?.values.join('\n');
  const names = [...new Set([...before, ...after].map((field) => field.name))];
  return names.filter((name) => values(before, name) !== values(after, name));
}

/** As the document has it, which may be of a newer revision than the registration's. */
function launchUrl(row: WorksheetRow, metadata: ClientMetadata): readonly string[] {
  const told = textsOf(metadata, 'initiate_login_uri').slice(0, 1);
  return told.length > 0 || row.launchUrl === null ? told : [row.launchUrl];
}

function applicationType(kind: WorksheetRow['applicationKind'], metadata: ClientMetadata): string {
  if (kind === 'backend') return 'Backend service (system), confidential';
  const client = textOf(metadata, 'token_endpoint_auth_method') === 'none' ? 'public' : 'confidential';
  const launch = { ehr_launch: 'Provider, EHR launch', standalone: 'Provider, standalone launch', patient: 'Patient' }[kind];
  return `${launch}, ${client}`;
}
