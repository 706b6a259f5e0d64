import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { disarmFaults } from './fault-point.js';
import { armFaults, FAULT_POINTS, faultPoint, faultPointAtOnce, readFaultPlan, switchedOff, type FaultPoint } from './index.js';

const points = Object.keys(FAULT_POINTS) as FaultPoint[];
afterEach(disarmFaults);

describe('in a program that no test has armed', () => {
  it('a fault point is nothing, and every safeguard holds', () => {
    for (const point of points) {
      expect(faultPoint(point)).toBeUndefined();
      faultPointAtOnce(point);
    }
    expect(switchedOff('fence')).toBe(false);
    expect(switchedOff('seal')).toBe(false);
  });

  it('nothing is read at run time: neither the environment nor a file', () => {
    const source = readFileSync(new URL('./fault-point.ts', import.meta.url), 'utf8');
    expect(source).not.toMatch(/process\.env|node:fs|globalThis/);
  });

  it.each(['production', 'development', ''])('and cannot be armed where NODE_ENV is "%s"', (environment) => {
    expect(() => {
      armFaults('R5:kill,without:fence', environment);
    }).toThrow('tests alone');
    expect(faultPoint('R5')).toBeUndefined();
    expect(switchedOff('fence')).toBe(false);
  });
});

describe('an armed program', () => {
  it('fails at the nth time and at no other', async () => {
    armFaults('R6:fail:2', 'test');
    await faultPoint('R6');
    await faultPoint('R7');
    await expect(faultPoint('R6')).rejects.toThrow('R6');
    await faultPoint('R6');
  });

  it('waits, each time', async () => {
    armFaults('R2:delay:each:1', 'test');
    const before = performance.now();
    await faultPoint('R2');
    await faultPoint('R2');
    expect(performance.now() - before).toBeGreaterThan(1);
  });

  it('hangs for ever', async () => {
    armFaults('U3:hang', 'test');
    const first = await Promise.race([faultPoint('U3')?.then(() => 'went on'), new Promise((resolve) => setTimeout(resolve, 20, 'hangs'))]);
    expect(first).toBe('hangs');
  });

  it('is without the safeguards that were switched off, and no others', () => {
    armFaults('without:seal', 'test');
    expect([switchedOff('seal'), switchedOff('fence')]).toEqual([true, false]);
  });
});

describe('a plan', () => {
  it('is read from words', () => {
    expect(readFaultPlan('R5:kill:3,D1:delay:each:200,without:fence')).toEqual({
      faults: [
        { point: 'R5', action: 'kill', nth: 3, ms: 0 },
        { point: 'D1', action: 'delay', nth: 'each', ms: 200 },
      ],
      without: new Set(['fence']),
    });
    expect(readFaultPlan('')).toEqual({ faults: [], without: new Set() });
  });

  it.each(['R77:kill', 'R5:explode', 'without:everything', 'R5', 'R3:hang'])('that says %s is refused', (text) => {
    expect(() => readFaultPlan(text)).toThrow(TypeError);
  });
});
