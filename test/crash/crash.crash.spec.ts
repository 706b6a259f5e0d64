import { afterAll, beforeAll, expect, it } from 'vitest';
import { orphansOf } from './accounted.js';
import { readAccount } from './books.js';
import { Checker } from './checker.js';
import { Demand } from './demand.js';
import { Matrix } from './matrix.js';
import { extentOf, matrixPlan, randomPlan, seedOf } from './plan.js';
import { RandomLoop } from './random-loop.js';
import { Seed } from './seed.js';
import { Tally } from './tally.js';
import { startCrashWorld, type CrashWorld } from './world.js';

const extent = extentOf(process.env);
const seed = new Seed(seedOf(process.env));
// Drawn before anything is started: the same seed, the same plan.
const [matrix, blows] = [matrixPlan(seed, extent), randomPlan(seed, extent)];
const HOURS = 3 * 3_600_000;

let world: CrashWorld;
let demand: Demand;
let checker: Checker;
const tally = new Tally();
beforeAll(async () => {
  process.stdout.write(`seed ${seed.value}\n`);
  world = await startCrashWorld(extent.tenants);
  demand = new Demand(world, seed);
  checker = new Checker(world, demand.acknowledged);
  await demand.ask('register', 24);
}, HOURS);
afterAll(async () => {
  const { orphans, falsePositives } = orphansOf(await readAccount(world.stack));
  const { register, update, rotate, delete: deleted } = demand.counts;
  process.stdout.write(
    `\n${tally.table}\n\n${tally.runs} kills, ${tally.counted} of them counted; over ${register} registrations, ${update} updates, ${rotate} rotations, ` +
      `${deleted} deletions\norphans listed: ${orphans}, false positives: ${falsePositives}, seed ${seed.value}\n`,
  );
  await world.stop();
}, HOURS);

const lastOfKind = new Set(['R9', 'U5', 'S6', 'D4']);

it.each(matrix.map((runs) => [runs[0]?.point ?? '', runs] as const))(
  'kill -9 at %s loses nothing and doubles nothing (I1 to I8)',
  async (point, runs) => {
    await new Matrix(world, demand, checker, tally).point(
      runs,
      lastOfKind.has(point) ? 'thorough' : extent.settleEach ? 'quiet' : 'at once',
    );
    process.stdout.write(`${point}: ${runs.length} runs, ${tally.counted} kills counted so far\n`);
    expect(tally.found.filter(({ at }) => at === point)).toEqual([]);
  },
  HOURS,
);

it(
  'kill -9 of api and workers and a hard end of Postgres, at any moment, lose nothing (I1 to I9)',
  async () => {
    const loop = new RandomLoop(world, demand, checker, tally);
    await loop.run(blows, extent);
    await loop.isolation(8);
    expect(tally.found).toEqual([]);
    expect(demand.strange).toEqual([]);
    expect(demand.counts.register).toBeGreaterThanOrEqual(extent.least.register);
    expect(demand.counts.rotate).toBeGreaterThanOrEqual(extent.least.rotate);
    expect(demand.counts.delete).toBeGreaterThanOrEqual(extent.least.delete);
    expect(tally.counted).toBeGreaterThanOrEqual(extent.counted);
  },
  HOURS,
);
