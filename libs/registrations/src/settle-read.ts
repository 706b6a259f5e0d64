import { learnedFrom, parseRead, representationOf, type ReadOutcome } from '@registrar/dcr';
import { adoptManaged } from './adopt-managed.js';
import { changeOf } from './change-of.js';
import type { ManagedAnswer, Settled } from './managed-exchange.js';
import { managementContext } from './management-context.js';
import { present } from './present.js';
import { lessonOf, setback } from './setback.js';
import type { UpstreamAccess } from './upstream-access.js';
import { without } from './without.js';

/** Parsing never throws by contract; if it does all the same, the answer is kept, and its outcome is unknown. */
export function readOutcome(answer: ManagedAnswer, now: Date): ReadOutcome {
  try {
    return parseRead(answer.exchange, managementContext(answer, now));
  } catch {
    return { kind: 'unknown', because: 'not_json', ...present('status', answer.exchange.status) };
  }
}

/** What was read before an update: taken over, and held for the document that follows. */
export async function settleRead(answer: ManagedAnswer, access: UpstreamAccess): Promise<Settled> {
  const now = access.clock.now();
  const outcome = readOutcome(answer, now);
  if (outcome.kind !== 'accepted') return setback(answer, outcome, access);
  const adopted = adoptManaged(answer, outcome, { now });
  return {
    change: changeOf(
      adopted.work,
      { operation: 'running', next: 'keep' },
      {
        ...adopted.rows,
        settledAttempt: { ...without(answer.record, 'answer'), status: 'applied', outcome: { findings: outcome.findings } },
        ...lessonOf(adopted.work, learnedFrom({ request: 'read', outcome, now }, adopted.work.upstream.quirks)),
      },
    ),
    work: {
      ...adopted.work,
      ...present('representation', representationOf(answer.exchange)),
      ...present('entityTag', outcome.etag),
    },
  };
}
