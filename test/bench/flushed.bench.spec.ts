import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../support/index.js';
import { startCanned, type Canned } from './canned.js';
import { application, arrange, type Portfolio } from './onboarding.js';

const SERVERS = 20;
const HOSPITALS = 10;
const PAIRS = 3;
const FLUSH_EVERY_MS = 5_000;
const FLUSHES = 6;
/** Asked for at the moment of a flush, so that it takes their ring with it. */
const AT_ONCE = 15;
const SWEEP_INTERVAL_MS = 2_000;
const SLACK_MS = 1_000;

let canned: Canned;
let stack: Stack;
let portfolio: Portfolio;
beforeAll(async () => {
  canned = await startCanned(SERVERS);
  const env = { LOG_LEVEL: 'warn', SWEEP_INTERVAL_MS: String(SWEEP_INTERVAL_MS) };
  stack = await startStack({ backend: 'redis', workers: 2, sandbox: false, env });
  portfolio = await arrange(stack, canned.servers, HOSPITALS);
});
afterAll(async () => {
  await stack.stop();
  await canned.part.stop();
});

interface Round {
  /** From being asked for to being active, in ms, by the database's clock, rising. */
  readonly latencies: readonly number[];
  readonly lost: number;
}

/** Registers every pair in half a minute: at each flush fifteen at once, the others one by one in between. */
async function round(name: string, flush: () => Promise<void>): Promise<Round> {
  const applicationId = await application(stack, name, { token_endpoint_auth_method: 'client_secret_basic' });
  const pairs = portfolio.tenants.flatMap((tenant_id) => portfolio.ehrs.map((ehr_id) => ({ tenant_id, ehr_id })));
  const ask = async (): Promise<void> => {
    const body = { application_id: applicationId, ...pairs.pop() };
    const { status } = await stack.call('POST', '/v1/registrations', { body });
    expect(status).toBe(202);
  };
  const between = pairs.length / FLUSHES - AT_ONCE;
  for (let flushes = 0; flushes < FLUSHES; flushes += 1) {
    await Promise.all([...Array.from({ length: AT_ONCE }, ask), flush(), wait(50).then(flush)]);
    for (let n = 0; n < between && pairs.length > 0; n += 1) await Promise.all([ask(), wait(FLUSH_EVERY_MS / (between + 1))]);
  }
  while (pairs.length > 0) await ask();
  return settled(name);
}

async function settled(name: string): Promise<Round> {
  for (let tries = 0; ; tries += 1) {
    const rows = await stack.query<{ status: string; ms: number | null }>(
      `SELECT r.status, extract(epoch FROM o.finished_at - o.created_at)::float8 * 1000 AS ms
         FROM operations o JOIN registrations r ON r.id = o.registration_id JOIN applications a ON a.id = r.application_id WHERE a.name = $1`,
      [name],
    );
    const open = rows.filter(({ status }) => status !== 'active').length;
    if (open === 0 || tries > 120) {
      const latencies = rows.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
      return { latencies, lost: SERVERS * HOSPITALS - latencies.length + open };
    }
    await wait(500);
  }
}

const at = (latencies: readonly number[], share: number): number => latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN;

describe('flushed', () => {
  it(
    'FLUSHALL every five seconds loses nothing, and adds less than a sweep and a second to any registration (I4)',
    { timeout: 600_000 },
    async () => {
      const none = (): Promise<void> => Promise.resolve();
      const flushed = (): Promise<void> => stack.redis?.flush() ?? Promise.reject(new Error('This stack has no Redis'));
      await round('warm', none);
      const added: number[] = [];
      for (let pair = 1; pair <= PAIRS; pair += 1) {
        const first = pair % 2 === 0 ? await round(`flushed ${pair}`, flushed) : undefined;
        const calm = await round(`calm ${pair}`, none);
        const shaken = first ?? (await round(`flushed ${pair}`, flushed));
        expect([calm.lost, shaken.lost]).toEqual([0, 0]);
        const words = [calm, shaken].map(({ latencies }) =>
          [0.5, 0.95, 0.99, 1].map((share) => at(latencies, share).toFixed(0)).join(', '),
        );
        process.stdout.write(`pair ${pair}: median, p95, p99, longest in ms: calm ${words[0]}; flushed ${words[1]}\n`);
        // The unluckiest that was flushed beside the ordinary one that was not: more than anybody was made to wait.
        added.push(at(shaken.latencies, 1) - at(calm.latencies, 0.5));
      }
      process.stdout.write(
        `flushed: the longest wait added is ${Math.max(...added).toFixed(0)} ms, over ${PAIRS} pairs of ${SERVERS * HOSPITALS} registrations, ` +
          `${FLUSHES * 2} flushes each; a sweep is ${SWEEP_INTERVAL_MS} ms\n`,
      );
      expect(Math.max(...added)).toBeLessThan(SWEEP_INTERVAL_MS + SLACK_MS);
    },
  );
});
