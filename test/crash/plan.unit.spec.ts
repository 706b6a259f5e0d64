import { FAULT_POINTS } from '@registrar/faults';
import { expect, it } from 'vitest';
import { FULL, matrixPlan, randomPlan, SHORT } from './plan.js';
import { Seed } from './seed.js';
import { Tally } from './tally.js';

it('the same seed is the same plan, another seed another', () => {
  const planned = (seed: number) => {
    const drawn = new Seed(seed);
    return JSON.stringify([matrixPlan(drawn, FULL), randomPlan(drawn, FULL)]);
  };
  expect(planned(7)).toBe(planned(7));
  expect(planned(7)).not.toBe(planned(8));
});

it.each([FULL, SHORT])('every point is in the plan, as often as the form says, and Postgres too', (extent) => {
  const runs = matrixPlan(new Seed(1), extent);
  expect(runs.map(([run]) => run?.point)).toEqual(Object.keys(FAULT_POINTS));
  expect(new Set(runs.map(({ length }) => length))).toEqual(new Set([extent.runsEach]));
  expect(randomPlan(new Seed(1), extent).filter(({ part }) => part === 'postgres')).toHaveLength(extent.databaseKills);
});

it('a kill counts only in the middle of something, and violations are told by where they were found', () => {
  const tally = new Tally();
  tally.struck('R5', 2);
  tally.struck('R5', 0);
  tally.checked('R5', { I1: [], I2: ['two of one'] });
  expect([tally.runs, tally.counted]).toEqual([2, 1]);
  expect(tally.found).toEqual([{ at: 'R5', violations: { I2: ['two of one'] } }]);
  expect(tally.table).toMatch(/R5 +2 +1 +1 {2}#$/m);
});
