import type { z } from 'zod';
import { HUMAN_READABLE, untagged, type ClientMetadata } from './client-metadata.js';
import { metadataSchema } from './client-metadata-schema.js';
import type { JsonValue } from './json-value.js';

/** One refusal. `pointer` is a JSON pointer from the start of the body (RFC 6901). */
export interface MetadataProblem {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Refusals of the form of the body (a 400), as against those of what it says (a 422). */
export const MALFORMED_METADATA_CODES: ReadonlySet<string> = new Set([
  'unknown_member',
  'wrong_type',
  'set_by_registrar',
  'issued_by_server',
]);

const PLACED = new Set(['jwks', 'jwks_uri', 'software_statement']);
const ISSUED = new Set([
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
]);
const TAG = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;

const strict = new Map([true, false].map((loopbackAllowed) => [loopbackAllowed, metadataSchema({ loopbackAllowed })] as const));
const MEMBERS = new Set(Object.keys(metadataSchema({ loopbackAllowed: false }).shape));

/**
 * Reads what a person may write as client metadata. Unknown members, members that Registrar or the server fill in, and unsafe
 * values are refused, each with a pointer below `at.pointer` and a stable code; what is taken is taken byte for byte.
 */
export function parseClientMetadata(
  input: unknown,
  at: { readonly pointer: string; readonly loopbackAllowed: boolean },
): { metadata: ClientMetadata } | { problems: MetadataProblem[] } {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { problems: [{ pointer: at.pointer, code: 'wrong_type', detail: 'Client metadata is a JSON object.' }] };
  const problems: MetadataProblem[] = [];
  const metadata: Record<string, JsonValue> = {};
  const schema = strict.get(at.loopbackAllowed) as ReturnType<typeof metadataSchema>;
  const tags = new Set<string>();
  for (const [member, value] of Object.entries(input)) {
    const pointer = `${at.pointer}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const refusal = nameRefusal(member) ?? tagRefusal(member, tags);
    if (refusal !== undefined) {
      problems.push({ pointer, ...refusal });
      continue;
    }
    const parsed = schema.shape[untagged(member) as keyof typeof schema.shape].safeParse(value);
    if (parsed.success) metadata[member] = parsed.data;
    else problems.push(...parsed.error.issues.map((issue) => problemOf(issue, pointer)));
  }
  return problems.length > 0 ? { problems } : { metadata };
}

function nameRefusal(member: string): Omit<MetadataProblem, 'pointer'> | undefined {
  const name = untagged(member);
  if (PLACED.has(name)) return { code: 'set_by_registrar', detail: `Registrar places ${name} itself: leave it out.` };
  if (ISSUED.has(name)) return { code: 'issued_by_server', detail: `${name} is issued by the authorization server: leave it out.` };
  if (!MEMBERS.has(name)) return { code: 'unknown_member', detail: 'This is not a member of client metadata.' };
  return undefined;
}

function tagRefusal(member: string, seen: Set<string>): Omit<MetadataProblem, 'pointer'> | undefined {
  const name = untagged(member);
  if (name === member) return undefined;
  if (!(HUMAN_READABLE as readonly string[]).includes(name))
    return { code: 'unknown_member', detail: `${name} is not read by people: it has no languages.` };
  if (!TAG.test(member.slice(name.length + 1))) return { code: 'malformed_tag', detail: 'What follows # is not a language tag (BCP 47).' };
  // Tags are compared without regard to case (RFC 7591 section 2.2).
  if (seen.has(member.toLowerCase())) return { code: 'duplicate_tag', detail: 'The same language is given twice.' };
  seen.add(member.toLowerCase());
  return undefined;
}

const CODES: Readonly<Partial<Record<z.core.$ZodIssue['code'], string>>> = {
  invalid_type: 'wrong_type',
  invalid_value: 'unsupported_value',
  too_small: 'empty',
  too_big: 'too_many',
};

function problemOf(issue: z.core.$ZodIssue, pointer: string): MetadataProblem {
  const own: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  const isRange = (issue.code === 'too_small' || issue.code === 'too_big') && issue.origin !== 'array';
  return {
    pointer: [pointer, ...issue.path.map(String)].join('/'),
    code: typeof own === 'string' ? own : isRange ? 'out_of_range' : (CODES[issue.code] ?? 'wrong_type'),
    detail: issue.message,
  };
}
