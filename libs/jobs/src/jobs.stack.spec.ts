import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { hangingWorker, QUEUES, type TestQueue } from '../../../test/support/queues.js';
import { createJobs, defineJob, type Jobs, type JobsIncident } from './index.js';

const ring = defineJob({ name: 'test.ring', queue: 'rings', payload: z.object({ id: z.uuid() }) });
const other = defineJob({ name: 'test.other', queue: 'rings', payload: z.object({ id: z.uuid() }) });
const tick = defineJob({ name: 'test.tick', queue: 'ticks', payload: z.object({}) });
const late = defineJob({ name: 'test.late', queue: 'ticks', payload: z.object({}) });
const id = (n: number) => `01930000-0000-7000-8000-${`${n}`.padStart(12, '0')}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = (what: () => void, timeout = 20_000) => vi.waitFor(what, { timeout, interval: 25 });

const executed = { postgres: 0, redis: 0 };
afterAll(() => {
  const both = QUEUES.length === 2;
  process.stdout.write(
    `jobs: ${executed.postgres} on postgres, ${both ? executed.redis : 'redis-server is not installed: none'} on redis\n`,
  );
  if (both) expect(executed.redis).toBe(executed.postgres);
});

describe.each(QUEUES)('on $backend', ({ backend, start }) => {
  let queue: TestQueue;
  let opened: Jobs[] = [];
  let incidents: JobsIncident[] = [];
  const open = () => {
    const jobs = createJobs({ ...queue.settings, connectionName: 'jobs-test', report: (incident) => incidents.push(incident) });
    opened.push(jobs);
    return jobs;
  };
  /** Answers both jobs, remembers what came, and does `handler`. */
  const answer = (jobs: Jobs, handler: (id: string) => Promise<void> = () => Promise.resolve(), concurrency = 4) => {
    const came: string[] = [];
    jobs.work(
      [ring, other],
      {
        'test.ring': async (payload: { id: string }) => {
          came.push(payload.id);
          await handler(payload.id);
        },
        'test.other': (payload: { id: string }) => {
          came.push(`other ${payload.id}`);
          return Promise.resolve();
        },
      },
      { concurrency },
    );
    return came;
  };
  const rings = async (jobs: Jobs) => {
    await vi.waitFor(async () => {
      expect(await jobs.enqueue(ring, { id: id(0) })).toBe(true);
    }, 20_000);
  };

  beforeAll(async () => {
    queue = await start();
  });
  beforeEach(() => {
    executed[backend] += 1;
    opened = [];
    incidents = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((jobs) => jobs.close(1_000)));
    await queue.flush();
  });
  afterAll(() => queue.stop());

  it('brings each ring to the handler of its name, once over all workers', async () => {
    const jobs = open();
    const first = answer(jobs);
    const second = answer(open());
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(numbers.map((n) => jobs.enqueue(ring, { id: id(n) })));
    await jobs.enqueue(other, { id: id(77) });
    await until(() => {
      expect([...first, ...second].sort()).toEqual([...numbers.map(id), `other ${id(77)}`].sort());
    });
  });

  it('takes nothing that is not an id', async () => {
    const jobs = open();
    expect(await jobs.enqueue(ring, { id: 'hunter2' })).toBe(false);
    expect(incidents).toMatchObject([{ kind: 'enqueue_refused', job: 'test.ring' }]);
    expect(await queue.dump()).not.toContain('hunter2');
  });

  it('coalesces rings that wait', async () => {
    const jobs = open();
    for (let n = 0; n < 20; n += 1) expect(await jobs.enqueue(ring, { id: id(n) }, { dedupeId: 'server-1' })).toBe(true);
    await jobs.enqueue(ring, { id: id(50) }, { dedupeId: 'server-2' });
    const came = answer(open());
    await until(() => {
      expect(came.length).toBeGreaterThanOrEqual(2);
    });
    await pause(300);
    expect([...came].sort()).toEqual([id(0), id(50)]);
  });

  it('rings once more for what came while it was being answered', async () => {
    const jobs = open();
    let finish = () => undefined as unknown;
    const running = new Promise<void>((resolve) => (finish = resolve));
    const came = answer(jobs, () => running);
    await jobs.enqueue(ring, { id: id(1) }, { dedupeId: 'server-1' });
    await until(() => {
      expect(came).toHaveLength(1);
    });
    for (let n = 0; n < 5; n += 1) await jobs.enqueue(ring, { id: id(1) }, { dedupeId: 'server-1' });
    await pause(200);
    expect(came).toHaveLength(1);
    finish();
    await until(() => {
      expect(came).toHaveLength(2);
    });
    await pause(300);
    expect(came).toHaveLength(2);
  });

  it('a delayed ring is never early, and swallows none that is due now', async () => {
    const jobs = open();
    const came = answer(jobs);
    const start = performance.now();
    await jobs.enqueue(ring, { id: id(1) }, { dedupeId: 'server-1', delayMs: 1_200 });
    await jobs.enqueue(ring, { id: id(2) }, { dedupeId: 'server-1' });
    await until(() => {
      expect(came).toEqual([id(2)]);
    });
    expect(performance.now() - start).toBeLessThan(1_200);
    await until(() => {
      expect(came).toEqual([id(2), id(1)]);
    });
    expect(performance.now() - start).toBeGreaterThanOrEqual(1_200);
  });

  it('tells a failure to its owner, keeps its code alone, and rings again when asked to', async () => {
    const jobs = open();
    const came = answer(jobs, () => Promise.reject(new Error('the secret is hunter2')));
    await jobs.enqueue(ring, { id: id(1) }, { dedupeId: 'server-1' });
    await until(() => {
      expect(incidents).toMatchObject([{ kind: 'handler_failed', job: 'test.ring', error: { message: 'the secret is hunter2' } }]);
    });
    await vi.waitFor(async () => {
      expect(await queue.dump()).toContain('jobs.handler_failed');
    });
    expect(await queue.dump()).not.toContain('hunter2');
    await jobs.enqueue(ring, { id: id(1) }, { dedupeId: 'server-1' });
    await until(() => {
      expect(came).toHaveLength(2);
    });
  });

  it('keeps nothing of a job that is done, and its events do not grow for ever', async () => {
    const jobs = open();
    const came = answer(jobs);
    // A ring has half a second, which a busy machine may not have: what was not taken is rung again.
    const rung = async (n: number): Promise<void> => {
      while (!(await jobs.enqueue(ring, { id: id(n) }))) await pause(50);
    };
    for (let round = 0; round < 40; round += 1) await Promise.all(Array.from({ length: 10 }, (_, n) => rung(round * 10 + n)));
    await until(() => {
      expect(new Set(came).size).toBe(400);
    });
    // 400 jobs make more than 1,200 events.
    await vi.waitFor(async () => {
      expect(await queue.events('rings')).toBeLessThan(256 + 256 + 150);
    });
    await vi.waitFor(async () => {
      const held = (await queue.dump()).split('"name":"test.ring"').length - 1;
      expect(held).toBe(0);
    });
  });

  it('ticks by the table, made once however often it is ensured', async () => {
    const jobs = open();
    const ticks: string[] = [];
    const answers = {
      'test.tick': () => Promise.resolve(void ticks.push('tick')),
      'test.late': () => Promise.resolve(void ticks.push('late')),
    };
    jobs.work([tick, late], answers, { concurrency: 1 });
    const table = [
      { job: tick, everyMs: 400 },
      { job: late, everyMs: 600_000 },
    ];
    const start = performance.now();
    while (performance.now() - start < 2_400) {
      expect(await Promise.all([jobs.ensureSchedules(table), jobs.ensureSchedules(table)])).toEqual([true, true]);
      await pause(100);
    }
    const ticked = ticks.filter((name) => name === 'tick').length;
    expect(ticked).toBeGreaterThanOrEqual(3);
    expect(ticked).toBeLessThanOrEqual(8);
    expect(ticks.filter((name) => name === 'late').length).toBeLessThanOrEqual(1);
  });

  it('a schedule that is no longer declared stops', async () => {
    const jobs = open();
    let ticks = 0;
    jobs.work(
      [tick, late],
      { 'test.tick': () => Promise.resolve(void (ticks += 1)), 'test.late': () => Promise.resolve() },
      { concurrency: 1 },
    );
    await jobs.ensureSchedules([{ job: tick, everyMs: 200 }]);
    await until(() => {
      expect(ticks).toBeGreaterThan(1);
    });
    await jobs.ensureSchedules([{ job: late, everyMs: 600_000 }]);
    await pause(400);
    const before = ticks;
    await pause(800);
    expect(ticks).toBe(before);
  });

  it('after a flush in the middle, what is rung later arrives and the schedules come back', async () => {
    const jobs = open();
    const came = answer(jobs);
    let ticks = 0;
    jobs.work([tick], { 'test.tick': () => Promise.resolve(void (ticks += 1)) }, { concurrency: 1 });
    const table = [{ job: tick, everyMs: 300 }];
    await jobs.ensureSchedules(table);
    await until(() => {
      expect(ticks).toBeGreaterThan(0);
    });
    await queue.flush();
    await jobs.enqueue(ring, { id: id(1) }, { dedupeId: 'server-1' });
    await until(() => {
      expect(came).toContain(id(1));
    });
    const before = ticks;
    expect(await jobs.ensureSchedules(table)).toBe(true);
    await until(() => {
      expect(ticks).toBeGreaterThan(before + 1);
    });
  });

  it('while the queue is away a ring costs at most a second, fails nothing and is told once; afterwards all goes on', async () => {
    const jobs = open();
    const came = answer(open());
    await jobs.enqueue(ring, { id: id(1) });
    await until(() => {
      expect(came).toContain(id(1));
    });
    await queue.down();
    const start = performance.now();
    for (let n = 0; n < 20; n += 1) expect(await jobs.enqueue(ring, { id: id(2) })).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(incidents.filter((incident) => incident.kind === 'queue_down' && incident.side === 'ring')).toHaveLength(1);
    await queue.up();
    await rings(jobs);
    await until(() => {
      expect(came).toContain(id(0));
    });
    expect(incidents.filter((incident) => incident.kind === 'queue_back' && incident.side === 'ring')).toHaveLength(1);
  });

  it('a worker that starts before the queue does hears once it is there', async () => {
    await queue.down();
    const jobs = open();
    const came = answer(jobs);
    await pause(1_500);
    await queue.up();
    await rings(jobs);
    await until(() => {
      expect(came).toContain(id(0));
    });
  });

  it('the ring that a killed worker had in hand is rung again', async () => {
    const jobs = open();
    await rings(jobs);
    const worker = await hangingWorker(queue.settings, 'rings', 'test.ring');
    worker.kill('SIGKILL');
    const came = answer(jobs);
    const start = performance.now();
    await until(() => {
      expect(came).toEqual([id(0)]);
    }, 30_000);
    expect(performance.now() - start).toBeLessThan(16_000);
  });

  it('closing waits for the handler that runs', async () => {
    const jobs = open();
    let finished = false;
    const came = answer(jobs, async () => {
      await pause(700);
      finished = true;
    });
    await jobs.enqueue(ring, { id: id(1) });
    await until(() => {
      expect(came).toHaveLength(1);
    });
    await jobs.close(5_000);
    expect(finished).toBe(true);
  });
});
