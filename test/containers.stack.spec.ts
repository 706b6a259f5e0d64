import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@registrar/database';
import { makeReady, root } from '../apps/launcher/prepare.mjs';
import type { ServerListing } from '../apps/sandbox/src/command.js';
import { readCompose } from './support/compose.js';
import { hasRedisServer } from './support/redis.js';
import { freePort, until } from './support/part.js';

// There is no container engine here: the commands of docker-compose.yml are started as processes, with their own variables. Only
// what a container would give them is put in: the addresses of the other services, and the folder of a volume.
const { services } = readCompose({ OUTBOUND_ALLOW: '127.0.0.0/8' });

let folder: string;
let postgres: EmbeddedPostgres;
let ports: Record<'api' | 'metrics' | 'redis' | 'control', number>;
let running: { name: string; child: ChildProcess; printed: string[] }[] = [];

beforeAll(async () => {
  await makeReady();
  folder = mkdtempSync(join(tmpdir(), 'registrar-compose-'));
  chmodSync(folder, 0o755);
  postgres = await startEmbeddedPostgres({ home: join(folder, 'postgres'), settings: { fsync: 'off' } });
  const [api, metrics, redis, control] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  ports = { api, metrics, redis, control };
});
afterAll(async () => {
  for (const { child } of running.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the container's network and volumes would do. */
function placed(text: string): string {
  return text
    .replaceAll('@postgres:5432', `@127.0.0.1:${postgres.port}`)
    .replaceAll('redis:6379', `127.0.0.1:${ports.redis}`)
    .replaceAll('/var/lib/', `${folder}/`)
    .replace(/^0\.0\.0\.0$/, '127.0.0.1')
    .replace(/^3000$/, String(ports.api))
    .replace(/^9464$/, String(ports.metrics))
    .replace(/^6379$/, String(ports.redis))
    .replace(/^4100$/, String(ports.control))
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports.api}`)
    .replaceAll('localhost:3000', `localhost:${ports.api}`)
    .replaceAll('127.0.0.1:4100', `127.0.0.1:${ports.control}`);
}

function run(name: string, command = services[name]?.command ?? []): { child: ChildProcess; printed: string[] } {
  const [file = '', ...args] = command.map(placed);
  const environment: Record<string, string> = {};
  for (const [key, value] of Object.entries(services[name]?.environment ?? {})) environment[key] = placed(value);
  const child = spawn(file, args, { cwd: root, env: { PATH: process.env.PATH, ...environment } });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => printed.push(bytes.toString()));
  running.push({ name, child, printed });
  return { child, printed };
}

async function completes(name: string, command?: readonly string[]): Promise<void> {
  const { child, printed } = run(name, command);
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code, printed.join('')).toBe(0);
}

/** The service's own health check, as its container would run it. */
async function healthy(name: string): Promise<void> {
  const [kind, ...command] = services[name]?.healthcheck?.test ?? [];
  expect(kind).toBe('CMD');
  const program = running.find((each) => each.name === name);
  await until(
    `${name} to be healthy: ${program?.printed.join('') ?? ''}`,
    async () => {
      if (program?.child.exitCode !== null) throw new Error(`${name} has ended: ${program?.printed.join('') ?? ''}`);
      const [code] = (await once(run(`${name}'s check`, command).child, 'exit')) as [number | null];
      return code === 0;
    },
    60_000,
  );
}

it('deploy/roles.sql makes the roles and the database on a bare server', async () => {
  const client = new Client({ connectionString: postgres.adminUrl.expose() });
  await client.connect();
  try {
    for (const drop of ['DATABASE registrar', 'ROLE registrar_app', 'ROLE registrar_owner', 'ROLE registrar_service']) {
      await client.query(`DROP ${drop}`);
    }
    // psql's own words: \getenv reads a variable, :'name' quotes it.
    const variables = new Map<string, string>();
    const sql = readFileSync(join(root, 'deploy/roles.sql'), 'utf8').replaceAll(
      /^\\getenv (\w+) (\w+)$/gm,
      (_, name: string, from: string) => {
        variables.set(name, services.postgres?.environment?.[from] ?? '');
        return '';
      },
    );
    const filled = sql.replaceAll(/:'(\w+)'/g, (_, name: string) => client.escapeLiteral(variables.get(name) ?? ''));
    for (const statement of filled.split(';\n')) await client.query(statement);
  } finally {
    await client.end();
  }
});

it('the key is made once, for its owner alone', async () => {
  const file = placed(services.kek?.environment?.KEK_FILE ?? '');
  await completes('kek', ['mkdir', '-m', '700', '/var/lib/registrar', '/var/lib/sandbox']);
  await completes('kek');
  const made = readFileSync(file);
  expect(made).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await completes('kek');
  expect(readFileSync(file)).toEqual(made);
});

it('the migration completes, and completes again', async () => {
  await completes('migrate');
  await completes('migrate');
});

/** One hospital at one EHR of the sandbox, through the API. */
async function registerOnce(): Promise<unknown> {
  const key = readFileSync(join(folder, 'registrar', 'owner-key'), 'utf8').trim();
  const ask = async <T = { id: string; status: string }>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${ports.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
    return (await answer.json()) as T;
  };
  const servers = (await (await fetch(`http://127.0.0.1:${ports.control}/servers`)).json()) as ServerListing[];
  const server = servers.find(({ vendor }) => vendor === 'meadow');
  const tenant = await ask('POST', '/v1/tenants', { name: 'St. Mary' });
  const ehr = await ask('POST', '/v1/ehrs', {
    name: 'meadow',
    environment: 'sandbox',
    vendor: 'oidc-provider',
    fhir_base_url: server?.fhir_base_url,
    tenant_id: tenant.id,
  });
  const application = await ask('POST', '/v1/applications', {
    name: 'Care Gaps',
    kind: 'backend',
    client_metadata: { client_name: 'Care Gaps', grant_types: ['client_credentials'] },
    required_scopes: ['system/Patient.rs'],
  });
  const made = await ask('POST', '/v1/registrations', { tenant_id: tenant.id, ehr_id: ehr.id, application_id: application.id });
  return until('the registration to be active', async () => {
    const registration = await ask('GET', `/v1/registrations/${made.id}`);
    return registration.status === 'active' && registration;
  });
}

if (hasRedisServer()) {
  it('redis, api, two workers and the sandbox run on the very commands, register a client, and end in order', async () => {
    run('redis');
    run('api');
    await healthy('api');
    const workers = [run('worker'), run('worker')];
    run('sandbox');
    await healthy('sandbox');
    for (const { printed } of workers) await until('the worker', () => printed.join('').includes('the worker is ready'));

    expect(await registerOnce()).toMatchObject({ status: 'active', proof: 'token' });

    for (const [name, last] of [
      ['sandbox', ''],
      ['worker', 'the worker has ended'],
      ['api', ''],
    ] as const) {
      for (const { child, printed } of running.filter((each) => each.name === name)) {
        const ended = once(child, 'close');
        child.kill('SIGTERM');
        expect(await ended, printed.join('')).toEqual([0, null]);
        expect(printed.join('')).toContain(last);
      }
    }
    running = running.filter(({ name }) => name === 'redis');
  }, 120_000);
}
