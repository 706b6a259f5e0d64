import type { Capabilities } from './capabilities.js';
import type { ReadDocument } from './discovery-documents.js';
import type { JsonValue } from './json-value.js';

const LISTS = {
  authMethods: 'token_endpoint_auth_methods_supported',
  signingAlgs: 'token_endpoint_auth_signing_alg_values_supported',
  grantTypes: 'grant_types_supported',
  responseTypes: 'response_types_supported',
  scopes: 'scopes_supported',
  codeChallengeMethods: 'code_challenge_methods_supported',
} as const;

type ListName = keyof typeof LISTS;

/** What the documents say that the server takes, and which members could not be read. */
export interface SaidCapabilities {
  readonly lists: Partial<Record<ListName, readonly string[]>> & Pick<Capabilities, 'smart' | 'cimd'>;
  /** Wire names, each with the document's kind. */
  readonly malformed: readonly string[];
}

/**
 * Reads the capabilities. A member that is absent everywhere stays absent, which means unknown; an empty list means none.
 * The first document that has a member is followed: the SMART configuration speaks for the FHIR server itself.
 */
export function capabilitiesOf(documents: readonly ReadDocument[]): SaidCapabilities {
  const malformed: string[] = [];
  const read = (document: ReadDocument, member: string): readonly string[] | undefined => {
    const value = document.members?.[member];
    if (value === undefined || value === null) return undefined;
    if (isTextList(value)) return value;
    malformed.push(`${member} in ${document.kind}`);
    return undefined;
  };
  const first = (member: string): readonly string[] | undefined => firstOf(documents, (document) => read(document, member));
  const lists = Object.entries(LISTS).flatMap(([name, member]) => {
    const list = first(member);
    return list === undefined ? [] : [[name, list] as const];
  });
  const smart = firstOf(documents, (document) => (document.kind === 'smart-configuration' ? read(document, 'capabilities') : undefined));
  const cimd = firstOf(documents, (document) => flag(document.members?.client_id_metadata_document_supported));
  return {
    lists: { ...Object.fromEntries(lists), ...(smart === undefined ? {} : { smart }), ...(cimd === undefined ? {} : { cimd }) },
    malformed,
  };
}

/** Whether the FHIR server speaks UDAP; undefined where it could not be asked. Its endpoints count only once its signature does (E-02). */
export function udapOf(document: ReadDocument | undefined): boolean | undefined {
  if (document?.problem === 'absent') return false;
  return document?.status === 200 ? speaksUdap(document) : undefined;
}

/** True where the document announces version 1 (E-01). */
export function speaksUdap(document: ReadDocument): boolean {
  const versions = document.members?.udap_versions_supported;
  return isTextList(versions) && versions.includes('1');
}

function firstOf<T>(documents: readonly ReadDocument[], read: (document: ReadDocument) => T | undefined): T | undefined {
  for (const document of documents) {
    const value = read(document);
    if (value !== undefined) return value;
  }
  return undefined;
}

function flag(value: JsonValue | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function isTextList(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
