import { Problem } from '@registrar/problem';

/** What the owner of a Jobs should log. A queue that is down is told once, and once more when it is back. */
export type JobsIncident =
  | {
      readonly kind: 'queue_down' | 'queue_back';
      readonly backend: 'postgres' | 'redis';
      /** Whether this process could not ring, or could not hear. */
      readonly side: 'ring' | 'work';
      readonly error?: unknown;
    }
  | { readonly kind: 'handler_failed' | 'enqueue_refused'; readonly job: string; readonly error: unknown };

export type Report = (incident: JobsIncident) => void;

/** What the queue keeps of a failure: its stable code. Words and stacks could hold a secret or a row (reliability.md §4). */
export function scrubbed(error: unknown): Error {
  const code = typeof error === 'string' ? error : error instanceof Problem ? error.code : 'jobs.handler_failed';
  const kept = new Error(code);
  kept.stack = code;
  return kept;
}
