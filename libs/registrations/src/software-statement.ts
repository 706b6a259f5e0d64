import { publicId } from '@registrar/database';
import type { ClientMetadata, DocumentContext } from '@registrar/dcr';
import { problemDocument, type ProblemDocument } from '@registrar/problem';
import type { Secret } from '@registrar/secret';
import { SOFTWARE_STATEMENT, type ChosenStatement } from '@registrar/statements';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

export type StatementForRegistration =
  | { readonly kind: 'none' }
  | { readonly kind: 'ready'; readonly id: string; readonly value: Secret }
  | { readonly kind: 'needed'; readonly problem: ProblemDocument };

/**
 * The software statement to register with (RFC 7591 section 2.3): sent to the letter, and only to the origin that it was
 * added for, if a person entered or confirmed that. Where the server is known to want one and there is none,
 * nothing is sent.
 */
export async function statementForRegistration(work: Work, endpoint: string, access: UpstreamAccess): Promise<StatementForRegistration> {
  const statement = work.softwareStatement;
  if (!statement)
    return work.upstream.quirks.softwareStatement === 'required'
      ? { kind: 'needed', problem: problemDocument(registrationProblem('registrations.software_statement_needed')) }
      : { kind: 'none' };
  if (new URL(endpoint).origin !== statement.pinnedOrigin || !work.upstream.registrationOriginApproved)
    return { kind: 'needed', problem: problemDocument(registrationProblem('registrations.software_statement_origin')) };
  const owner = { workspaceId: work.scope.workspaceId, ...present('tenantId', statement.tenantId) };
  const subject = { subjectId: statement.id, kind: SOFTWARE_STATEMENT, version: 1 };
  return { kind: 'ready', id: statement.id, value: await access.vault.open(owner, subject, statement.sealed.bytes) };
}

/** A statement as the document is built with it: its id stands for the text, which is shown and stored nowhere (I-04). */
export function statementContext(statement: Pick<ChosenStatement, 'id' | 'origin' | 'claims'>): NonNullable<DocumentContext['statement']> {
  return { placeholder: publicId('sst', statement.id), origin: statement.origin, claims: statement.claims };
}

/** A document without the member in which an id stands for the text: what the server was asked for beside it. */
export function withoutStatement(metadata: ClientMetadata): ClientMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([member]) => member !== 'software_statement'));
}
