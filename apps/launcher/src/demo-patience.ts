import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 400;

/**
 * Asks until what is answered is the end of it, or nothing of it has changed for a while.
 * @returns the last answer, finished or not
 */
export async function untilDone<Answer>(
  ask: () => Promise<Answer>,
  done: (answer: Answer) => boolean,
  signal: AbortSignal,
  stillMs = 120_000,
): Promise<Answer> {
  let [before, changedAt] = ['', performance.now()];
  for (;;) {
    const answer = await ask();
    const picture = JSON.stringify(answer);
    if (picture !== before) [before, changedAt] = [picture, performance.now()];
    if (done(answer) || performance.now() - changedAt > stillMs) return answer;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}
