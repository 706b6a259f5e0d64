import { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import type { Exchange } from './exchange.js';
import { namedMember } from './registration-answer-member.js';
import type { Refusal, RefusalReason } from './registration-answer-outcome.js';
import { errorWords } from './registration-answer-words.js';
import { DEFAULT_RETRY_AFTER_MS, retryAfterMs } from './retry-after.js';

// The status speaks first, for servers put anything into `error`.
const BY_STATUS: Readonly<Record<number, RefusalReason>> = {
  401: 'needs_initial_access_token',
  403: 'policy',
  404: 'registration_disabled',
  405: 'method',
  410: 'registration_disabled',
  413: 'too_large',
  429: 'rate_limited',
};

const BY_ERROR: Readonly<Record<string, RefusalReason>> = {
  invalid_redirect_uri: 'invalid_redirect_uri',
  invalid_client_metadata: 'invalid_client_metadata',
  invalid_software_statement: 'software_statement',
  unapproved_software_statement: 'unapproved_software',
  // RFC 6750 section 3.1 says 401 for this one; some say 400.
  invalid_token: 'needs_initial_access_token',
};

const NAMES_A_MEMBER: ReadonlySet<RefusalReason> = new Set(['invalid_redirect_uri', 'invalid_client_metadata', 'unclassified']);

/** What a 3xx or 4xx means that says a definite no. The caller has sorted out 408, 409 and 425, which do not. */
export function readRefusal(
  exchange: Exchange & { readonly status: number },
  context: { readonly sent: ClientMetadata; readonly secrets: readonly Secret[]; readonly now: Date },
): Refusal {
  const { status } = exchange;
  if (status < 400) return { kind: 'refused', reason: 'redirected', status };
  const statement = context.sent['software_statement'];
  const secrets = typeof statement === 'string' ? [...context.secrets, Secret.of(statement)] : context.secrets;
  const words = errorWords(exchange, secrets);
  const reason = BY_STATUS[status] ?? byError(words.error) ?? 'unclassified';
  const member = NAMES_A_MEMBER.has(reason) ? memberOf(reason, words, context.sent) : undefined;
  return {
    kind: 'refused',
    reason,
    status,
    ...words,
    ...(reason === 'rate_limited' ? { retryAfterMs: retryAfterMs(exchange.headers, context.now) ?? DEFAULT_RETRY_AFTER_MS } : {}),
    ...(member === undefined ? {} : { member }),
  };
}

function byError(error: string | undefined): RefusalReason | undefined {
  return error !== undefined && Object.hasOwn(BY_ERROR, error) ? BY_ERROR[error] : undefined;
}

function memberOf(reason: RefusalReason, words: { error?: string; description?: string }, sent: ClientMetadata): string | undefined {
  const named = namedMember(words.description ?? '', sent) ?? namedMember(words.error ?? '', sent);
  return named ?? (reason === 'invalid_redirect_uri' ? 'redirect_uris' : undefined);
}
