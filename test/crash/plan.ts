import { FAULT_POINTS, type FaultPoint } from '@registrar/faults';
import type { Seed } from './seed.js';

/** How many worker processes there are. */
export const WORKERS = 4;

/** What an operation has to be, to come past a point. */
export type Kind = 'register' | 'update' | 'rotate' | 'delete';
export const KINDS: Readonly<Record<string, Kind>> = { R: 'register', U: 'update', S: 'rotate', D: 'delete' };

/** One run of the matrix: this point kills when it is passed for the nth time. */
export interface Run {
  readonly point: FaultPoint;
  readonly nth: number;
  readonly kind: Kind;
}

/** How much of everything. */
export interface Extent {
  readonly runsEach: number;
  readonly randomKills: number;
  readonly databaseKills: number;
  readonly tenants: number;
  /** Whether each point is followed until nothing is under way, or each kind of operation. */
  readonly settleEach: boolean;
  /** Kills in the middle of something, at least. */
  readonly counted: number;
  readonly least: Readonly<Record<Exclude<Kind, 'update'>, number>>;
}

export const FULL: Extent = {
  runsEach: 20,
  randomKills: 60,
  databaseKills: 30,
  tenants: 220,
  counted: 500,
  settleEach: true,
  least: { register: 1_000, rotate: 200, delete: 100 },
};
export const SHORT: Extent = {
  runsEach: 2,
  randomKills: 4,
  databaseKills: 2,
  tenants: 24,
  counted: 20,
  settleEach: false,
  least: { register: 80, rotate: 10, delete: 10 },
};

/** `npm run test:crash -- --short --seed 7` as its launcher hands it on. */
export function extentOf(env: NodeJS.ProcessEnv): Extent {
  return env['CRASH_FORM'] === 'short' ? SHORT : FULL;
}

export function seedOf(env: NodeJS.ProcessEnv): number {
  return Number(env['CRASH_SEED'] ?? 20_261);
}

const POINTS = Object.keys(FAULT_POINTS) as FaultPoint[];

/** Every point as often as the extent says, point after point: the same seed, the same plan. */
export function matrixPlan(seed: Seed, { runsEach }: Extent): Run[][] {
  return POINTS.map((point) =>
    Array.from({ length: runsEach }, () => ({
      point,
      // What has not been sent yet comes past these two: not the first, so that others are being sent.
      nth: point === 'R0' ? seed.whole(5, 10) : point === 'R1' ? seed.whole(3, 6) : seed.whole(1, 3),
      kind: kindOf(point),
    })),
  );
}

/** What the random loop kills, in which order, and how long it lets them work before. */
export interface Blow {
  readonly part: 'worker' | 'api' | 'postgres';
  /** Which of the workers, from 0. */
  readonly number: number;
  readonly afterMs: number;
}

export function randomPlan(seed: Seed, { randomKills, databaseKills }: Extent): Blow[] {
  const parts: Blow['part'][] = [
    ...Array.from({ length: randomKills }, () => seed.pick(['worker', 'worker', 'worker', 'worker', 'api'] as const)),
    ...Array.from({ length: databaseKills }, () => 'postgres' as const),
  ];
  const shuffled = parts.map((part) => ({ part, place: seed.next() })).sort((a, b) => a.place - b.place);
  return shuffled.map(({ part }) => ({ part, number: seed.whole(0, WORKERS - 1), afterMs: seed.whole(100, 900) }));
}

function kindOf(point: FaultPoint): Kind {
  const kind = KINDS[point.slice(0, 1)];
  if (!kind) throw new Error(`No kind of operation comes past ${point}`);
  return kind;
}
