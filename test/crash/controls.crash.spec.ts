import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { accounted } from './accounted.js';
import { readAccount } from './books.js';
import { Checker } from './checker.js';
import { Demand } from './demand.js';
import { doubled } from './doubled.js';
import { fenced } from './fenced.js';
import { kept } from './held.js';
import { sending } from './matrix.js';
import { seedOf } from './plan.js';
import { Seed } from './seed.js';
import { startCrashWorld, type CrashWorld } from './world.js';

// Each runs twice: as it is, and with one safeguard switched off. The harness bites where the second one is found.
let world: CrashWorld;
let demand: Demand;
let checker: Checker;
beforeAll(async () => {
  world = await startCrashWorld(8, 2);
  demand = new Demand(world, new Seed(seedOf(process.env)));
  checker = new Checker(world, demand.acknowledged);
});
afterAll(() => world.stop());

/** Only the first worker, armed like this. */
async function alone(faults: string): Promise<void> {
  await Promise.all(world.stack.workers.map((worker) => worker.kill('SIGKILL')));
  await world.stack.workers[0]?.restart({ FAULTS: faults });
}

async function both(): Promise<void> {
  for (const worker of world.stack.workers) {
    await worker.kill('SIGKILL');
    await worker.restart({ FAULTS: '' });
  }
}

async function killedAfterTheAnswer() {
  await alone('R5:kill:2');
  await demand.ask('register', 4);
  await world.stack.workers[0]?.ended;
  await both();
  await checker.quiet();
  return accounted(await readAccount(world.stack));
}

it('without the attempt that is committed before the send a client is unaccounted for (I1)', async () => {
  expect(await killedAfterTheAnswer()).toEqual([]);
  await world.stack.query(`CREATE FUNCTION crash.forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER crash_forget BEFORE INSERT ON attempts FOR EACH ROW WHEN (NEW.status = 'sending') EXECUTE FUNCTION crash.forget();`);
  const found = await killedAfterTheAnswer();
  await world.stack.query('DROP TRIGGER crash_forget ON attempts');
  process.stdout.write(`control, attempt row: ${found.length} violations of I1\n`);
  expect(found.length).toBeGreaterThan(0);
});

async function failedWhileWriting(faults: string) {
  await alone(faults);
  await demand.ask('register', 4);
  await checker.quiet();
  return kept(await readAccount(world.stack));
}

it('without the sealed answer that is kept, what a server answered is lost although nobody was killed (I5, H-31)', async () => {
  const before = new Set(kept(await readAccount(world.stack)));
  const fresh = (found: readonly string[]) => found.filter((one) => !before.has(one));
  expect(fresh(await failedWhileWriting('R7:fail:1,R7:fail:2,R7:fail:3'))).toEqual([]);
  const found = fresh(await failedWhileWriting('R7:fail:each,without:seal'));
  process.stdout.write(`control, seal: ${found.length} violations of I5\n`);
  expect(found.length).toBeGreaterThan(0);
});

async function pausedPastItsLease(faults: string) {
  const [paused, other] = world.stack.workers;
  await alone(faults);
  const before = (await world.stack.sandbox.ledger()).length;
  await world.stack.sandbox.fault({ kind: 'delay', delay_ms: 3_000, times: 2, after_commit: true });
  const asked = demand.ask('register', 1);
  // The server has made the client, and has not answered.
  await until('a client to be made', async () => (await world.stack.sandbox.ledger()).length > before);
  await paused?.kill('SIGSTOP');
  await asked;
  await other?.restart({ FAULTS: '' });
  await until('the lease to run out', async () => (await sending(world)) === 0);
  await paused?.kill('SIGCONT');
  const turnedDown = () => (paused?.lines.filter((line) => line.includes('turned down')).length ?? 0) > 0;
  const found = await until('the paused worker to write', async () => {
    const stale = fenced(await readAccount(world.stack));
    return turnedDown() || stale.length > 0 ? stale : undefined;
  });
  await world.stack.sandbox.clearFaults();
  await checker.quiet();
  return found;
}

it('without the fence a worker that was paused past its lease writes what is stale (I7)', async () => {
  expect(await pausedPastItsLease('')).toEqual([]);
  const [paused] = world.stack.workers;
  const before = paused?.lines.length ?? 0;
  expect(paused?.lines.some((line) => line.includes('turned down'))).toBe(true);
  (paused?.lines as string[]).splice(0, before);
  const found = await pausedPastItsLease('without:fence');
  process.stdout.write(`control, fence: ${found.length} violations of I7\n`);
  expect(found.length).toBeGreaterThan(0);
});

it('without the unique index two requests at once register twice (I2)', async () => {
  await both();
  await demand.ask('register', 12);
  await checker.quiet();
  expect(doubled(await readAccount(world.stack))).toEqual([]);
  await world.stack.query('DROP INDEX registrations_one');
  await demand.ask('register', 12);
  const found = doubled(await readAccount(world.stack));
  process.stdout.write(`control, unique index: ${found.length} violations of I2\n`);
  expect(found.length).toBeGreaterThan(0);
});
