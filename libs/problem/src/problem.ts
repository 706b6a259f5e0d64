/** How a failure answers over HTTP; apps/api's problem filter is the only place that turns a kind into a status. */
export type ProblemKind =
  | 'malformed' // 400: not well-formed, or an unknown member
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'not_found' // 404: unknown, or not the caller's
  | 'conflict' // 409
  | 'stale' // 412
  | 'too_large' // 413
  | 'unsupported' // 415
  | 'refused' // 422: well-formed, but refused
  | 'limited' // 429
  | 'unavailable' // 503
  | 'internal'; // 500

/** Who has to act before the same thing can succeed. */
export type Actor =
  'caller' | 'customer_success' | 'product_team' | 'ehr_administrator' | 'workspace_owner' | 'registrar_operator' | 'nobody';

/** What a failure is, apart from the occasion: the words are those a customer-success person can act on. */
export interface ProblemEntry {
  readonly kind: ProblemKind;
  readonly title: string;
  /** True when the identical request may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly actor: Actor;
  /** What that actor does next, in plain words. */
  readonly label: string;
}

/** One refused member of a request body. */
export interface FieldProblem {
  /** RFC 6901 pointer into the body. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** The authorization server's own words, already redacted and cut. */
export interface UpstreamWords {
  readonly status?: number;
  readonly error?: string;
  readonly error_description?: string;
}

export interface ProblemOptions {
  /** What happened on this occasion. Never a secret, an SQL text or an internal address. */
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
  readonly upstream?: UpstreamWords;
  /** Extension members of the problem document, e.g. `existing_id`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** How long to wait before trying again; becomes Retry-After. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The base error: a stable dotted code with its dictionary entry, and the occasion. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: string,
    readonly entry: ProblemEntry,
    readonly options: ProblemOptions = {},
  ) {
    super(options.detail ?? entry.title, options.cause === undefined ? undefined : { cause: options.cause });
  }

  get retryable(): boolean {
    return this.entry.retryable ?? false;
  }
}
