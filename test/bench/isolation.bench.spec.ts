import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LyingServer } from '../hostile/lying-server.js';
import { startStack, type Stack } from '../support/index.js';
import { startCanned, type Canned } from './canned.js';
import { application, arrange, type Portfolio } from './onboarding.js';

const SERVERS = 20;
const HOSPITALS = 10;
const PAIRS = 7;

let canned: Canned;
let lying: LyingServer;
let stack: Stack;
let healthy: Portfolio;
let sound: string;
let dead: string;
beforeAll(async () => {
  canned = await startCanned(SERVERS);
  lying = await LyingServer.start();
  stack = await startStack({ sandbox: false, env: { LOG_LEVEL: 'warn' } });
  const portfolio = await arrange(stack, canned.servers, HOSPITALS);
  healthy = { ...portfolio, ehrs: portfolio.ehrs.slice(1) };
  sound = portfolio.ehrs[0] ?? '';
  const hole = lying.site('hole');
  const body = { name: 'Hole', environment: 'sandbox', fhir_base_url: hole.base };
  dead = (await stack.call<{ id: string }>('POST', '/v1/ehrs', { body })).body.id;
  // It goes on publishing what it is; whatever is sent to be registered is never answered.
  hole.lies('register', () => undefined);
});
afterAll(async () => {
  await stack.stop();
  await lying.stop();
  await canned.part.stop();
});

/** Registers every hospital at 19 sound servers and one more. @returns p95 of the 19, from being asked for to being active, in ms */
async function round(name: string, twentieth: string): Promise<number> {
  const applicationId = await application(stack, name, { token_endpoint_auth_method: 'client_secret_basic' });
  const batch = { application_id: applicationId, tenant_ids: healthy.tenants, ehr_ids: [...healthy.ehrs, twentieth], connect: true };
  const answer = await stack.call('POST', '/v1/batches', { body: batch });
  if (answer.status !== 202) throw new Error(`The batch was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  const asked = `FROM operations o JOIN registrations r ON r.id = o.registration_id JOIN applications a ON a.id = r.application_id WHERE a.name = $1 AND r.ehr_id <> ALL ($2::uuid[])`;
  const others = await stack.query<{ id: string }>(`SELECT id FROM ehrs WHERE name IN ('EHR 0', 'Hole')`);
  const values = [name, others.map(({ id }) => id)];
  for (const until = performance.now() + 60_000; performance.now() < until;) {
    const [row] = await stack.query<{ open: number; p95: number }>(
      `SELECT count(*) FILTER (WHERE r.status <> 'active')::integer AS open,
              percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM o.finished_at - o.created_at) * 1000)::float8 AS p95 ${asked}`,
      values,
    );
    if (row?.open === 0) return row.p95;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The sound servers’ registrations did not become active');
}

describe('isolation', () => {
  it(
    'one server of twenty that never answers changes the p95 of the others by at most a tenth (I9, F9)',
    { timeout: 300_000 },
    async () => {
      await round('warm', sound);
      const ratios: number[] = [];
      for (let pair = 1; pair <= PAIRS; pair += 1) {
        // Interleaved, and each first in turn, so that what drifts meanwhile drifts for both.
        const sick = pair % 2 === 0 ? await round(`sick ${pair}`, dead) : undefined;
        const well = await round(`well ${pair}`, sound);
        const ill = sick ?? (await round(`sick ${pair}`, dead));
        ratios.push(ill / well);
        process.stdout.write(
          `pair ${pair}: p95 of 19 servers ${well.toFixed(0)} ms with all well, ${ill.toFixed(0)} ms with one black-holed\n`,
        );
      }
      const [held] = await stack.query<{ n: number }>(
        `SELECT count(*)::integer AS n FROM work_items w JOIN ehrs e ON e.authorization_server_id = w.authorization_server_id WHERE e.name = 'Hole' AND w.lease_until > clock_timestamp()`,
      );
      ratios.sort((a, b) => a - b);
      const median = ratios[Math.floor(ratios.length / 2)] ?? 0;
      process.stdout.write(
        `isolation: median ratio of p95 ${median.toFixed(3)} (${ratios[0]?.toFixed(3)} to ${ratios.at(-1)?.toFixed(3)}) over ${PAIRS} pairs of ${19 * HOSPITALS} registrations; ${held?.n ?? 0} slots held by the dead one\n`,
      );
      expect(held?.n).toBeLessThanOrEqual(4);
      expect(median).toBeLessThanOrEqual(1.1);
    },
  );
});
