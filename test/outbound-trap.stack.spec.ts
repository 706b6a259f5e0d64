import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeReady, root } from '../apps/launcher/prepare.mjs';
import { startStack, type Stack } from './support/index.js';
import { onboard, settled } from './support/onboarding.js';
import { socketTrap, type SocketTrap } from './support/trap.js';

describe('the trap', () => {
  let trap: SocketTrap;
  afterEach(() => trap.remove());

  /** Runs one line of code in the trap; gives what was caught. */
  async function run(code: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
    trap = socketTrap();
    const program = `try { await (async () => { ${code} })(); } catch {}; process.exit(0);`;
    const options = { cwd: root, env: { PATH: process.env.PATH, ...trap.env, ...env } };
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options);
    return trap.caught().map(({ what, owner }) => `${what} ${owner ?? 'refused'}`);
  }
  const refused = (what: string): unknown[] => [`${what} refused`];

  beforeAll(() => makeReady());

  it.each<[string, string, string]>([
    ['the global fetch', `await fetch('http://127.0.0.1:45678/')`, 'connect'],
    ['undici by itself', `const { request } = await import('undici'); await request('http://127.0.0.1:9/')`, 'connect'],
    [
      'node:http',
      `const { get } = await import('node:http'); get('http://127.0.0.1:9/').on('error', () => {}); await new Promise(setImmediate)`,
      'connect',
    ],
    [
      'node:https',
      `const { get } = await import('node:https'); get('https://127.0.0.1:9/').on('error', () => {}); await new Promise(setImmediate)`,
      'connect',
    ],
    ['node:http2', `const { connect } = await import('node:http2'); connect('http://127.0.0.1:9/').on('error', () => {})`, 'connect'],
    ['node:net', `const { connect } = await import('node:net'); connect(9, '127.0.0.1')`, 'connect'],
    ['a bare socket', `const { Socket } = await import('node:net'); new Socket().connect({ host: '127.0.0.1', port: 9 })`, 'connect'],
    ['node:tls', `const { connect } = await import('node:tls'); connect(9, '127.0.0.1')`, 'connect'],
    ['a Unix socket', `const { connect } = await import('node:net'); connect('/var/run/docker.sock')`, 'connect'],
    ['a datagram', `const { createSocket } = await import('node:dgram'); createSocket('udp4').send('x', 9, '127.0.0.1')`, 'datagram'],
    ['a look-up', `const { lookup } = await import('node:dns/promises'); await lookup('ehr.example')`, 'dns'],
    [
      'a question to a name server',
      `const { Resolver } = await import('node:dns'); new Resolver().resolveTxt('secret.ehr.example', () => {})`,
      'dns',
    ],
    ['another program', `const { spawn } = await import('node:child_process'); spawn('curl', ['http://127.0.0.1:9/'])`, 'process'],
  ])('bites %s', async (_what, code, what) => {
    expect(await run(code)).toEqual(refused(what));
  });

  it('lets libs/outbound and pg through, and listening', async () => {
    const outbound = new URL('dist/libs/outbound/src/index.js', `file://${root}`).href;
    const call = `const { createOutbound } = await import('${outbound}');
      await createOutbound({ allow: ['127.0.0.1'] }).request({ method: 'GET', url: 'http://127.0.0.1:9/', deadlineMs: 500, maxBytes: 10, connection: 'fresh' })`;
    expect(await run(call)).toEqual(['connect outbound']);
    await trap.remove();
    expect(await run(`const { default: pg } = await import('pg'); await new pg.Client('postgresql://127.0.0.1:9/x').connect()`)).toEqual([
      'connect pg',
    ]);
    await trap.remove();
    expect(
      await run(
        `const { createServer } = await import('node:net'); await new Promise((done) => createServer().listen(0, '127.0.0.1', done))`,
      ),
    ).toEqual([]);
  });
});

describe('api and worker, in the trap from their first line to their last', () => {
  const trap = socketTrap();
  let stack: Stack;
  let statuses: string[];
  beforeAll(async () => {
    stack = await startStack({ env: trap.env, sandboxEnv: { SANDBOX_HOSPITALS: '1' } });
    // Discovery, initial access token, registration, hosted keys, proof, token: everything that calls an EHR.
    const { applicationId, ehrs, tenants } = await onboard(stack);
    statuses = await Promise.all(
      ehrs.map(async (ehr) => {
        const body = { application_id: applicationId, ehr_id: ehr.id, tenant_id: tenants[0] };
        const made = await stack.call<{ id: string }>('POST', '/v1/registrations', { body });
        const { status, id } = await settled(stack, made.body.id);
        await stack.call('POST', `/v1/registrations/${id}/token`, { body: {} });
        return status;
      }),
    );
    await stack.call('GET', '/openapi.json');
  });
  afterAll(async () => {
    await stack.stop();
    await trap.remove();
  });

  it('did their work in it', () => {
    expect(statuses).toEqual(['active', 'active', 'active', 'active']);
  });

  it('open no socket but through libs/outbound, to PostgreSQL and to Redis', () => {
    expect(trap.caught().filter(({ owner }) => owner === null)).toEqual([]);
  });

  it('call EHRs through libs/outbound alone, both of them', async () => {
    const caught = trap.caught();
    const origins = (await stack.sandbox.servers()).map(({ issuer }) => new URL(issuer).host);
    const calls = caught.filter(({ what, owner }) => what === 'connect' && owner === 'outbound');
    expect([...new Set(calls.map(({ target }) => target))].sort()).toEqual([...new Set(origins)].sort());
    expect(new Set(calls.map(({ pid }) => pid))).toEqual(new Set([stack.api.pid, ...stack.workers.map(({ pid }) => pid)]));
  });

  it('let the clients of the database and of the queue connect to these alone', () => {
    const database = new URL(stack.databaseUrl).host;
    const queue = stack.redis === undefined ? undefined : new URL(stack.redis.url).host;
    const of = (owner: string): string[] => [
      ...new Set(
        trap
          .caught()
          .filter((one) => one.owner === owner)
          .map(({ target }) => target),
      ),
    ];
    expect(of('pg')).toEqual([database]);
    expect(of('redis')).toEqual(queue === undefined ? [] : [queue]);
  });
});
