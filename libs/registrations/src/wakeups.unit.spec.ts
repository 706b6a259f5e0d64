import type { Notifications } from '@registrar/database';
import { describe, expect, it } from 'vitest';
import { Wakeups } from './wakeups.js';

/** A channel that the test itself notifies on. */
async function started() {
  const heard: Record<string, (payload: string) => void> = {};
  const notifications = {
    listen: (channel: string, listener: (payload: string) => void) => {
      heard[channel] = listener;
      return Promise.resolve(() => true);
    },
  } as unknown as Notifications;
  const wakeups = new Wakeups(notifications, 'operations');
  await wakeups.start();
  return { wakeups, notify: (key: string) => heard['operations']?.(key) };
}

describe('Wakeups', () => {
  it('wakes everybody who waits for a key at once, and nobody else', async () => {
    const { wakeups, notify } = await started();
    const woken: string[] = [];
    const waits = ['a', 'a', 'b'].map((key) => wakeups.next(key, 200).then(() => woken.push(key)));
    notify('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toEqual(['a', 'a']);
    await Promise.all(waits);
    expect(woken).toEqual(['a', 'a', 'b']);
  });

  it('wakes by itself where a notification was missed', async () => {
    const { wakeups } = await started();
    const began = performance.now();
    await wakeups.next('a', 30);
    expect(performance.now() - began).toBeGreaterThanOrEqual(25);
  });
});
