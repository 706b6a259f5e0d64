import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { loadWork, type ClaimedItem } from './load-work.js';
import { noteFailure } from './note-failure.js';
import type { OperationStatus } from './operation-status.js';
import { present } from './present.js';
import { setAside } from './set-aside.js';
import type { WorkQueue } from './work-queue.js';
import type { Work } from './work.js';

export interface DispatcherSettings {
  /** Operations in hand at once, over all servers. */
  readonly capacity: number;
  readonly renewMs: number;
  /** How long a claim holds without being renewed; left out, a minute. */
  readonly leaseMs?: number;
  /** How soon to look again while there is work in hand, and shortly after: a gate may have refilled. */
  readonly lookAgainMs: number;
}

/** Told what went wrong with an operation, by id alone. */
export type Complain = (operationId: string, error: unknown) => void;

const FAILED_RETRY_MS = 5_000;
const TURNED_DOWN_MS = 5_000;
const GATHER_MS = 30;
/** Looks go on for this long after the last that found something: what a gate held back for its second goes with the next one. */
const LOOK_ON_MS = 2_000;
const ENDED = new Set<OperationStatus>(['succeeded', 'failed', 'cancelled']);

/** What carries one operation on. */
export interface Runner {
  /** @returns whether its item was let go. */
  run(work: Work): Promise<boolean>;
  /** The process ends: what only waits to send gives up. */
  end(): void;
}

/**
 * Claims due work for its free capacity, carries it on, and looks again whenever something is done or rings. The lease
 * of what is in hand is renewed; when the process dies, it runs out and another worker takes over.
 */
export class Dispatcher {
  readonly #inHand = new Set<ClaimedItem>();
  #claiming: Promise<void> | undefined;
  #rung = false;
  #stopped = false;
  #foundAt = -Infinity;
  #again: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  readonly #renewal: NodeJS.Timeout;
  #idle: (() => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly queue: WorkQueue,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly settings: DispatcherSettings,
    private readonly complain: Complain,
  ) {
    this.#renewal = setInterval(() => void this.queue.renew([...this.#inHand]).catch(() => undefined), settings.renewMs);
  }

  get inHand(): number {
    return this.#inHand.size;
  }

  /** Looks for due work now; calls that come while it looks are one more look afterwards. */
  ring(): void {
    this.#rung = true;
    if (!this.#stopped)
      this.#claiming ??= this.#claim().finally(() => {
        this.#claiming = undefined;
        // Rung after its last look, before it said that it was over.
        if (this.#rung) this.ring();
      });
  }

  /** Wakes what waits for a business time that has come, and looks for due work. */
  async sweep(): Promise<void> {
    try {
      await this.queue.wake(this.clock.now());
    } catch (error) {
      this.complain('wake', error);
    }
    this.ring();
  }

  /** Takes nothing more up and waits until what is in hand has ended. */
  async drain(): Promise<void> {
    this.#stopped = true;
    this.runner.end();
    clearTimeout(this.#again);
    clearTimeout(this.#soon);
    await this.#claiming;
    if (this.#inHand.size > 0)
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
      });
    clearInterval(this.#renewal);
  }

  async #claim(): Promise<void> {
    while (this.#rung && !this.#stopped) {
      this.#rung = false;
      const free = this.settings.capacity - this.#inHand.size;
      if (free <= 0) return;
      try {
        const items = await this.queue.claim(free);
        if (items.length > 0) this.#foundAt = performance.now();
        await this.#start(items);
      } catch (error) {
        this.complain('claim', error);
        return;
      }
    }
    if (this.#inHand.size > 0 || performance.now() - this.#foundAt < LOOK_ON_MS) this.#lookAgain();
  }

  async #start(items: readonly ClaimedItem[]): Promise<void> {
    for (const item of items) this.#inHand.add(item);
    const byWorkspace = new Map<string, ClaimedItem[]>();
    for (const item of items) byWorkspace.set(item.workspaceId, [...(byWorkspace.get(item.workspaceId) ?? []), item]);
    await Promise.all([...byWorkspace].map(([workspaceId, group]) => this.#startGroup(workspaceId, group)));
  }

  async #startGroup(workspaceId: string, items: readonly ClaimedItem[]): Promise<void> {
    try {
      const works = await loadWork(
        this.database,
        { workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'claim' },
        items,
        this.clock.now(),
      );
      const byItem = new Map(items.map((item) => [item.id, item]));
      const aside = works.filter((work) => work.stopped && !ENDED.has(work.operation.status));
      const settingAside = setAside(this.database, aside, this.clock).then(() => true);
      for (const work of works) {
        const item = byItem.get(work.itemId);
        byItem.delete(work.itemId);
        if (item) void this.#carry(item, this.#take(item, work, settingAside));
      }
      for (const gone of byItem.values()) void this.#carry(gone, Promise.reject(new Error('The operation of a work item is gone')));
    } catch (error) {
      for (const item of items) void this.#carry(item, Promise.reject(error instanceof Error ? error : new Error(String(error))));
    }
  }

  /** What was cancelled meanwhile is dropped, what is suspended put aside, the rest carried on. */
  #take(item: ClaimedItem, work: Work, settingAside: Promise<boolean>): Promise<boolean> {
    if (ENDED.has(work.operation.status)) return this.queue.drop(item).then(() => true);
    const { paceMs, paidAtToken } = item;
    return work.stopped ? settingAside : this.runner.run({ ...work, ...present('paceMs', paceMs), ...present('paidAtToken', paidAtToken) });
  }

  async #carry(item: ClaimedItem, running: Promise<boolean>): Promise<void> {
    try {
      // Where its last change was turned down, the item is still leased to us: give it back.
      if (!(await running)) await this.queue.release(item, TURNED_DOWN_MS);
    } catch (error) {
      this.complain(item.operationId, error);
      await noteFailure(this.database, item, FAILED_RETRY_MS, this.clock).catch(() => undefined);
      await this.queue.release(item, FAILED_RETRY_MS).catch(() => undefined);
    }
    this.#inHand.delete(item);
    if (this.#inHand.size === 0)
      this.#idle.splice(0).forEach((resolve) => {
        resolve();
      });
    this.#ringSoon();
  }

  /** What ends within a few milliseconds makes room for one claim, not for one each. */
  #ringSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.ring();
    }, GATHER_MS);
  }

  #lookAgain(): void {
    clearTimeout(this.#again);
    if (!this.#stopped)
      this.#again = setTimeout(() => {
        this.ring();
      }, this.settings.lookAgainMs);
  }
}
