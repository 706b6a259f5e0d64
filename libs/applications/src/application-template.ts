import {
  MALFORMED_METADATA_CODES,
  parseClientMetadata,
  parseScope,
  uriRefusal,
  uriRefusalWords,
  type ClientMetadata,
  type MetadataProblem,
} from '@registrar/dcr';
import { applicationProblem } from './applications.problems.js';

const MAX_SCOPES = 200;

/** What a revision is made of, as a caller wrote it. */
export interface TemplateInput {
  readonly clientMetadata: unknown;
  readonly requiredScopes: readonly string[];
  readonly optionalScopes: readonly string[];
  readonly launchUrl: string | null;
}

export interface Template extends TemplateInput {
  readonly clientMetadata: ClientMetadata;
}

/**
 * Checks what a caller wrote; every value passes through byte for byte.
 * @throws Problem applications.metadata_malformed | applications.metadata_refused, with a pointer for each member
 */
export function checkTemplate(input: TemplateInput, loopbackAllowed: boolean): Template {
  const parsed = parseClientMetadata(input.clientMetadata, { pointer: '/client_metadata', loopbackAllowed });
  const problems = [
    ...('problems' in parsed ? parsed.problems : []),
    ...scopeProblems(input.requiredScopes, '/required_scopes'),
    ...scopeProblems(input.optionalScopes, '/optional_scopes'),
    ...launchProblems(input.launchUrl, loopbackAllowed),
  ];
  if (problems.length > 0 || 'problems' in parsed) throw refusal(problems);
  return { ...input, clientMetadata: parsed.metadata };
}

/**
 * Checks the client metadata of an override.
 * @throws Problem applications.metadata_malformed | applications.metadata_refused
 */
export function checkMetadata(input: unknown, loopbackAllowed: boolean, pointer = '/client_metadata'): ClientMetadata {
  const parsed = parseClientMetadata(input, { pointer, loopbackAllowed });
  if ('problems' in parsed) throw refusal(parsed.problems);
  return parsed.metadata;
}

function refusal(errors: readonly MetadataProblem[]) {
  const malformed = errors.some((error) => MALFORMED_METADATA_CODES.has(error.code));
  return applicationProblem(malformed ? 'applications.metadata_malformed' : 'applications.metadata_refused', {
    detail: errors.map((error) => `${error.pointer}: ${error.detail}`).join(' '),
    errors,
  });
}

function scopeProblems(scopes: readonly string[], pointer: string): MetadataProblem[] {
  if (scopes.length > MAX_SCOPES) return [{ pointer, code: 'too_many', detail: `More than ${MAX_SCOPES} scopes.` }];
  return scopes.flatMap((scope, index) => {
    const at = `${pointer}/${index}`;
    if (parseScope(scope) === 'malformed') return [{ pointer: at, code: 'malformed_scope', detail: 'Not a well-formed scope.' }];
    return scopes.indexOf(scope) === index ? [] : [{ pointer: at, code: 'duplicate', detail: 'The same scope is given twice.' }];
  });
}

function launchProblems(launchUrl: string | null, loopbackAllowed: boolean): MetadataProblem[] {
  if (launchUrl === null) return [];
  const found = uriRefusal(launchUrl, { http: loopbackAllowed ? 'loopback' : 'never' });
  return found === undefined ? [] : [{ pointer: '/launch_url', code: found, detail: uriRefusalWords(found) }];
}
