import type { Problem } from './problem.js';

/** The members of an RFC 9457 document that do not depend on the transport; also what a registration stores as its problem. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly next_action: { readonly actor: string; readonly label: string };
  readonly [extension: string]: unknown;
}

/** Writes a problem as its document, without status and request id, which the HTTP filter adds. */
export function problemDocument(problem: Problem): ProblemDocument {
  const { entry, options } = problem;
  return {
    ...options.extra,
    type: `urn:registrar:problem:${problem.code}`,
    title: entry.title,
    detail: problem.message,
    code: problem.code,
    retryable: problem.retryable,
    next_action: { actor: entry.actor, label: entry.label },
    ...(options.errors ? { errors: options.errors } : {}),
    ...(options.upstream ? { upstream: options.upstream } : {}),
  };
}

/** What a person reads in a terminal: what happened, and what to do next. */
export function problemInWords(problem: Problem): string {
  return [problem.message, problem.entry.label].map((words) => (/[.!?]$/.test(words) ? words : `${words}.`)).join(' ');
}
