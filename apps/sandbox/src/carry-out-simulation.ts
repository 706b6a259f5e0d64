import type { Commands } from './command.js';
import type { SandboxClock } from './sandbox-clock.js';
import type { SimulationCommands } from './simulation-command.js';
import type { Simulation } from './simulation.js';
import type { OpenSite } from './sites.js';

interface Parts {
  readonly sites: ReadonlyMap<string, OpenSite>;
  readonly clock: SandboxClock;
  listen(open: boolean): Promise<void>;
}

interface Place {
  vendor: string;
  hospital: string | null;
  issuer: string;
}

type Handlers = {
  readonly [C in keyof SimulationCommands]: (
    parts: Parts,
    asks: Commands[C]['asks'],
  ) => Commands[C]['answers'] | Promise<Commands[C]['answers']>;
};

/** What the control port asks of the simulator alone; nothing answers where no server is simulated. */
export const carryOutSimulation: Handlers = {
  behaviours: (parts, where) => at(parts, where).map(({ place, simulation }) => ({ ...place, behaviour: simulation.behaviour() })),
  change_behaviour: (parts, { set, ...where }) => {
    const found = at(parts, where);
    for (const { simulation } of found) simulation.change(set);
    return found.length;
  },
  key_fetches: (parts, where) =>
    at(parts, where).flatMap(({ place, simulation }) => simulation.keyFetches().map((fetched) => ({ ...place, ...fetched }))),
  forget_keys: (parts, where) => {
    const found = at(parts, where);
    for (const { simulation } of found) simulation.forgetKeys();
    return found.length;
  },
  mint: (parts, { uses, ttl_ms: ttlMs, ...where }) =>
    at(parts, where)[0]?.simulation.mint({ ...(uses === undefined ? {} : { uses }), ...(ttlMs === undefined ? {} : { ttlMs }) }) ?? null,
  enter_client: (parts, asks) => at(parts, asks)[0]?.simulation.enterClient(asks) ?? null,
  change_client: (parts, asks) => at(parts, asks)[0]?.simulation.changeClient(asks) ?? null,
  clock: ({ clock }, change) => {
    if (Object.values(change).some((value) => value !== undefined)) clock.change(change);
    return clock.date().toISOString();
  },
  listen: async (parts, { open }) => {
    await parts.listen(open);
    return null;
  },
};

function at(
  { sites }: Parts,
  where: { readonly vendor?: string | undefined; readonly hospital?: string | undefined },
): { place: Place; simulation: Simulation }[] {
  return [...sites.values()].flatMap(({ site: { vendor, hospital = null, issuer }, server: { simulation } }) => {
    const named = (where.vendor === undefined || where.vendor === vendor) && (where.hospital === undefined || where.hospital === hospital);
    return named && simulation ? [{ place: { vendor, hospital, issuer }, simulation }] : [];
  });
}
