import { z } from 'zod';
import type { CommandName, Commands, VendorHandle } from './command.js';
import { faultSchema, isTwist } from './fault.js';
import { ENDPOINTS } from './route.js';
import { SIMULATION_CALLS } from './simulation-calls.js';

const whereSchema = z.strictObject({ vendor: z.string().optional(), hospital: z.string().optional() });
const filterSchema = whereSchema.extend({ endpoint: z.enum(ENDPOINTS).optional(), since: z.iso.datetime().optional() });
const expirySchema = whereSchema.extend({ client_id: z.string().optional() });
const removalSchema = whereSchema.extend({ client_id: z.string() });

/** What one call does: with the body of a POST, or the query of any other. @throws ZodError where that is not understood */
export type ControlCall = (vendors: readonly VendorHandle[], asked: unknown) => Promise<[number, unknown]>;

/** Every call of the control port, by method and path; README.md lists them. */
export const CONTROL_CALLS: Readonly<Record<string, ControlCall>> = {
  ...SIMULATION_CALLS,
  'GET /servers': async (vendors, asked) => [200, await all(vendors, 'servers', whereSchema.parse(asked))],
  'GET /ledger': async (vendors, asked) => [200, await all(vendors, 'ledger', whereSchema.parse(asked))],
  'GET /requests': async (vendors) => [200, await all(vendors, 'request_counts', {})],
  'GET /requests/rates': async (vendors) => [200, await all(vendors, 'rates', {})],
  'GET /requests/recent': async (vendors, asked) => {
    const found = await all(vendors, 'recent_requests', filterSchema.parse(asked));
    return [200, found.sort((a, b) => a.at.localeCompare(b.at))];
  },
  'GET /faults': async (vendors) => [200, await all(vendors, 'faults', {})],
  'POST /faults': async (vendors, asked) => {
    const fault = faultSchema.parse(asked);
    const hit = named(vendors, fault.vendor).filter(({ simulated }) => simulated || !isTwist(fault));
    if (hit.length === 0) return [404, { error: `There is no vendor ${fault.vendor ?? ''} here that could do ${fault.kind}.` }];
    // `times` counts for each process: without a name, each of them fails as often.
    await Promise.all(hit.map((vendor) => vendor.ask('add_fault', { fault })));
    return [201, fault];
  },
  'DELETE /faults': async (vendors) => {
    await Promise.all(vendors.map((vendor) => vendor.ask('clear_faults', {})));
    return [200, { cleared: true }];
  },
  'POST /expire-secrets': async (vendors, asked) => [200, { expired: await sum(vendors, 'expire_secrets', expirySchema.parse(asked)) }],
  'POST /remove-clients': async (vendors, asked) => [200, { removed: await sum(vendors, 'remove_clients', removalSchema.parse(asked)) }],
};

type Listing = { [C in CommandName]: Commands[C]['answers'] extends unknown[] ? C : never }[CommandName];

async function all<C extends Listing>(
  vendors: readonly VendorHandle[],
  command: C,
  asks: Commands[C]['asks'],
): Promise<Commands[C]['answers'][number][]> {
  return (await Promise.all(vendors.map((vendor) => vendor.ask(command, asks)))).flat();
}

async function sum<C extends 'expire_secrets' | 'remove_clients'>(
  vendors: readonly VendorHandle[],
  command: C,
  asks: Commands[C]['asks'] & { readonly vendor?: string | undefined },
): Promise<number> {
  const counts = await Promise.all(named(vendors, asks.vendor).map((each) => each.ask(command, asks)));
  return counts.reduce<number>((total, count) => total + count, 0);
}

function named(vendors: readonly VendorHandle[], name: string | undefined): readonly VendorHandle[] {
  return name === undefined ? vendors : vendors.filter((process) => process.vendors.includes(name));
}
