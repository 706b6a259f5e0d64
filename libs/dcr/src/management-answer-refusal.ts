import type { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import type { Exchange } from './exchange.js';
import type { ManagementRefusal, ManagementRefusalReason } from './management-outcome.js';
import { namedMember } from './registration-answer-member.js';
import { errorWords, type ErrorWords } from './registration-answer-words.js';
import { DEFAULT_RETRY_AFTER_MS, retryAfterMs } from './retry-after.js';

const BY_STATUS: Readonly<Record<number, ManagementRefusalReason>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_supported',
  410: 'not_found',
  429: 'rate_limited',
  501: 'method_not_supported',
};
const BY_ERROR: Readonly<Record<string, ManagementRefusalReason>> = {
  invalid_token: 'unauthorized',
  insufficient_scope: 'forbidden',
  invalid_redirect_uri: 'metadata_refused',
  invalid_client_metadata: 'metadata_refused',
  invalid_software_statement: 'metadata_refused',
  unapproved_software_statement: 'metadata_refused',
};
/** The client secret, by whatever name, but not the methods and members whose names begin with it. */
const SECRET_WORDS = /(?<![\w-])(client[ _-]?secret|secret)(?![\w-])/i;

/**
 * What a 3xx, a 4xx or 501 means that says a definite no; undefined for all else. `sent` and `carriedSecret` are given where a
 * document went out. The status speaks first, for servers put anything into `error`.
 */
export function definiteRefusal(
  exchange: Exchange & { readonly status: number },
  context: {
    readonly sent?: ClientMetadata;
    readonly carriedSecret?: boolean;
    readonly secrets: readonly Secret[];
    readonly now: Date;
  },
): ManagementRefusal | undefined {
  const { status } = exchange;
  if (status < 300 || status === 408 || status === 425 || (status >= 500 && status !== 501)) return undefined;
  if (status < 400) return { kind: 'refused', reason: 'other', status };
  const words = errorWords(exchange, context.secrets);
  const base = BY_STATUS[status] ?? byError(words.error) ?? 'other';
  const reason = context.carriedSecret === undefined ? base : (aboutTheSecret(status, words, context.carriedSecret) ?? base);
  const member =
    context.carriedSecret !== undefined && (reason === 'metadata_refused' || reason === 'other')
      ? memberOf(words, context.sent ?? {})
      : undefined;
  return {
    kind: 'refused',
    reason: reason === 'other' && status === 400 && member !== undefined ? 'metadata_refused' : reason,
    status,
    ...words,
    ...(reason === 'rate_limited' ? { retryAfterMs: retryAfterMs(exchange.headers, context.now) ?? DEFAULT_RETRY_AFTER_MS } : {}),
    ...(member === undefined ? {} : { member }),
  };
}

/** Hydra refuses an update that carries the secret with 403, IBM one that does not with 400 (B-05, K-35, K-36). */
function aboutTheSecret(status: number, words: ErrorWords, carried: boolean): ManagementRefusalReason | undefined {
  if (!SECRET_WORDS.test(`${words.error ?? ''} ${words.description ?? ''}`)) return undefined;
  if (carried && status === 403) return 'secret_unwanted';
  return !carried && (status === 400 || status === 422) ? 'secret_required' : undefined;
}

function byError(error: string | undefined): ManagementRefusalReason | undefined {
  return error !== undefined && Object.hasOwn(BY_ERROR, error) ? BY_ERROR[error] : undefined;
}

function memberOf(words: ErrorWords, sent: ClientMetadata): string | undefined {
  const named = namedMember(words.description ?? '', sent) ?? namedMember(words.error ?? '', sent);
  return named ?? (words.error === 'invalid_redirect_uri' ? 'redirect_uris' : undefined);
}
