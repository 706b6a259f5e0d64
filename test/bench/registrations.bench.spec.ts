import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../support/index.js';
import { bareLoop } from './bare-loop.js';
import { startCanned, type Canned } from './canned.js';
import { cpuMs, parentOf } from './cpu.js';
import { application, arrange, onboard } from './onboarding.js';

const SERVERS = 20;
const IN_FLIGHT = 64;

let canned: Canned;
let stack: Stack;
let workspaceId: string;
let postmaster: number;

beforeAll(async () => {
  canned = await startCanned(SERVERS);
  stack = await startStack({ sandbox: false, env: { WORKER_CONCURRENCY: String(IN_FLIGHT), LOG_LEVEL: 'warn' } });
  const [workspace] = await stack.query<{ id: string }>('SELECT id FROM workspaces');
  workspaceId = workspace?.id ?? '';
  const [backend] = await stack.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE application_name = 'registrar-api' LIMIT 1`);
  if (!backend) throw new Error('The api has no connection');
  postmaster = parentOf(backend.pid);
});

afterAll(async () => {
  await stack.stop();
  await canned.part.stop();
});

const METHODS = [
  { name: 'client_secret_basic', hospitals: 60, rounds: 3, least: 0.2, metadata: { token_endpoint_auth_method: 'client_secret_basic' } },
  {
    name: 'ES384',
    hospitals: 60,
    rounds: 3,
    least: 0,
    metadata: { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES384' },
  },
  {
    name: 'RS384',
    hospitals: 2,
    rounds: 1,
    least: 0,
    metadata: { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'RS384' },
  },
] as const;

// Two cores are shared by everything here, so a round is one of each in turn, and the median ratio counts.
describe.each(METHODS)('registrations: $name', ({ name, hospitals, rounds, least, metadata }) => {
  it('from batch to active, beside a bare loop', { timeout: 900_000 }, async () => {
    const count = SERVERS * hospitals;
    const ratios: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const portfolio = await arrange(stack, canned.servers, hospitals);
      const applicationId = await application(stack, `${name} ${round}`, metadata);
      const loop = { endpoint: await registrationEndpoint(canned), document: documentOf(metadata), count, inFlight: IN_FLIGHT };
      const bare = await bareLoop(stack, workspaceId, { ...loop, fresh: false });
      const fresh = await bareLoop(stack, workspaceId, { ...loop, fresh: true });
      const before = usage();
      const rate = count / (await onboard(stack, applicationId, portfolio));
      const [api, worker, postgres] = usage().map((ms, index) => ((ms - (before[index] ?? 0)) / count).toFixed(2));
      ratios.push(rate / bare);
      say(
        `${name} ${round}: ${count} registrations, ${rate.toFixed(0)}/s; bare loop ${bare.toFixed(0)}/s, ${fresh.toFixed(0)}/s on fresh connections; ` +
          `ratio ${(rate / bare).toFixed(2)}; CPU ms each: api ${api}, worker ${worker}, Postgres ${postgres}`,
      );
    }
    ratios.sort((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)] ?? 0;
    say(
      `${name}: median ratio to the bare loop, ${IN_FLIGHT} in flight: ${median.toFixed(2)} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`,
    );
    const left = await stack.query(`SELECT id FROM registrations WHERE status <> 'active'`);
    expect(left).toEqual([]);
    expect(median).toBeGreaterThanOrEqual(least);
  });
});

function documentOf(metadata: object): object {
  return {
    client_name: 'Bench',
    grant_types: ['client_credentials'],
    response_types: [],
    scope: 'system/Patient.rs',
    software_version: 'bench',
    ...metadata,
  };
}

async function registrationEndpoint({ servers }: Canned): Promise<string> {
  const answer = await fetch(`${servers[0]?.fhir_base_url ?? ''}/.well-known/smart-configuration`);
  return ((await answer.json()) as { registration_endpoint: string }).registration_endpoint;
}

function usage(): number[] {
  return [cpuMs(stack.api.pid), cpuMs(stack.workers[0]?.pid ?? 0), cpuMs(postmaster)];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
