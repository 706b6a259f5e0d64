import { setTimeout as wait } from 'node:timers/promises';

/**
 * Keeps the registration requests of one run at least `paceMs` apart, where its server takes fewer in a second than it sends (H-12).
 * What goes to the token endpoint in between waits for nothing: it has a gate of its own, and a secret that the server has just
 * replaced is proven at once (H-03). @returns what waits until the next request may go out: false where the process is ending,
 * when nothing is to be sent and the work is given back.
 */
export function paceOf(paceMs: number | undefined, ending: AbortSignal): () => Promise<boolean> {
  if (paceMs === undefined) return () => Promise.resolve(true);
  let next = 0;
  return async () => {
    const left = next - performance.now();
    if (left > 0) await wait(left, undefined, { signal: ending }).catch(() => undefined);
    next = performance.now() + paceMs;
    return !ending.aborted;
  };
}
