import { z } from 'zod';
import type { VendorHandle } from './command.js';
import { changedClientSchema, enteredClientSchema, mintSchema } from './simulation.js';
import { behaviourChangeSchema } from './simulator/behaviour.js';

type Call = (vendors: readonly VendorHandle[], asked: unknown) => Promise<[number, unknown]>;

const which = { vendor: z.string().optional(), hospital: z.string().optional() };
const whichSchema = z.strictObject(which);
const changeSchema = z.strictObject({ ...which, set: behaviourChangeSchema });
const clockSchema = z.strictObject({
  advance_ms: z.int().optional(),
  now: z.iso.datetime().optional(),
  speed: z.number().min(0).max(1_000_000).optional(),
});
const listenSchema = z.strictObject({ open: z.boolean() });

const NONE: [number, unknown] = [404, { error: 'There is no such simulated server or client.' }];
const found = (status: number, answer: unknown): [number, unknown] => (answer === null ? NONE : [status, answer]);

/** The calls that only the simulator answers; 404 where it was not started. */
export const SIMULATION_CALLS: Readonly<Record<string, Call>> = {
  'GET /behaviour': simulated(async (simulator, asked) => [200, await simulator.ask('behaviours', whichSchema.parse(asked))]),
  'POST /behaviour': simulated(async (simulator, asked) => {
    const changed = await simulator.ask('change_behaviour', changeSchema.parse(asked));
    return changed === 0 ? NONE : [200, { changed }];
  }),
  'GET /key-fetches': simulated(async (simulator, asked) => [200, await simulator.ask('key_fetches', whichSchema.parse(asked))]),
  'POST /forget-keys': simulated(async (simulator, asked) => [
    200,
    { forgotten: await simulator.ask('forget_keys', whichSchema.parse(asked)) },
  ]),
  'POST /initial-access-tokens': simulated(async (simulator, asked) => {
    const value = await simulator.ask('mint', mintSchema.parse(asked));
    return value === null ? NONE : [201, { initial_access_token: value }];
  }),
  'POST /clients': simulated(async (simulator, asked) => found(201, await simulator.ask('enter_client', enteredClientSchema.parse(asked)))),
  'POST /clients/change': simulated(async (simulator, asked) =>
    found(200, await simulator.ask('change_client', changedClientSchema.parse(asked))),
  ),
  'GET /clock': simulated(async (simulator) => [200, { now: await simulator.ask('clock', {}) }]),
  'POST /clock': simulated(async (simulator, asked) => [200, { now: await simulator.ask('clock', clockSchema.parse(asked)) }]),
  'POST /listen': simulated(async (simulator, asked) => {
    await simulator.ask('listen', listenSchema.parse(asked));
    return [200, listenSchema.parse(asked)];
  }),
};

function simulated(call: (simulator: VendorHandle, asked: unknown) => Promise<[number, unknown]>): Call {
  return async (vendors, asked) => {
    const simulator = vendors.find((process) => process.simulated);
    return simulator ? call(simulator, asked) : NONE;
  };
}
