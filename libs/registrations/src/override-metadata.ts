import { MALFORMED_METADATA_CODES, parseClientMetadata, type ClientMetadata } from '@registrar/dcr';
import { registrationProblem } from './registrations.problems.js';

/**
 * Checks what a caller wrote as a registration's own metadata. Loopback redirect URIs are judged later, by the linter,
 * which knows the environment.
 * @throws Problem registrations.metadata_malformed | registrations.metadata_refused, with a pointer for each member
 */
export function checkOverride(input: unknown): ClientMetadata {
  const parsed = parseClientMetadata(input, { pointer: '/client_metadata', loopbackAllowed: true });
  if ('metadata' in parsed) return parsed.metadata;
  const malformed = parsed.problems.some((problem) => MALFORMED_METADATA_CODES.has(problem.code));
  throw registrationProblem(malformed ? 'registrations.metadata_malformed' : 'registrations.metadata_refused', {
    detail: parsed.problems.map((problem) => `${problem.pointer}: ${problem.detail}`).join(' '),
    errors: parsed.problems,
  });
}
