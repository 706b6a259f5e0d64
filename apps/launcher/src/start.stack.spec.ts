import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { testDatabase } from '../../../test/support/database.js';
import { freePort, until } from '../../../test/support/part.js';
import { makeReady, root } from '../prepare.mjs';

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Settles with the status, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

let parent: string;
let home: string;
let port: number;
let runs: Run[] = [];

beforeAll(() => makeReady());
beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'registrar start '));
  chmodSync(parent, 0o755);
  home = join(parent, '.registrar');
  port = await freePort();
});
afterEach(async () => {
  for (const { child, ended } of runs) {
    child.kill('SIGTERM');
    await ended;
  }
  runs = [];
  rmSync(parent, { recursive: true, force: true });
});

/** `npm start`, without npm: what it runs. */
function start(env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, ['apps/launcher/start.mjs'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, REGISTRAR_HOME: home, PORT: String(port), METRICS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string | null);
  const run = { child, said: () => text, ended };
  runs.push(run);
  return run;
}

async function serving(run: Run): Promise<void> {
  await until(
    'npm start to serve',
    () => {
      if (run.child.exitCode !== null) throw new Error(`npm start has ended:\n${run.said()}`);
      return run.said().includes('Ctrl-C stops everything.') && run.said().includes('the worker is ready');
    },
    90_000,
  );
}

const ask = async (key: string): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/workspace`, { headers: { authorization: `Bearer ${key}` } });
  return answer.status;
};
/** The processes of this home: each of them was given it, or lies in it. */
function left(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    const text = ['cmdline', 'environ'].map((file) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'utf8');
      } catch {
        return '';
      }
    });
    return text.some((each) => each.includes(home));
  });
}

it('the first start shows a key that works, once; Ctrl-C ends everything; the second start finds it all again', async () => {
  const first = start();
  await serving(first);
  const key = /shown this once: (rk_\S+)/.exec(first.said())?.[1] ?? '';
  expect(await ask(key)).toBe(200);
  expect(await ask(`${key.slice(0, -1)}x`)).toBe(401);
  expect(readFileSync(join(home, 'owner-key'), 'utf8').trim()).toBe(key);
  expect(statSync(join(home, 'owner-key')).mode & 0o777).toBe(0o600);
  expect(first.said()).toContain(`http://localhost:${port}`);
  expect(first.said()).toContain('OUTBOUND_ALLOW=127.0.0.0/8,::1');
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  if (process.platform === 'linux') expect(left()).toEqual([]);

  const second = start();
  await serving(second);
  expect(second.said()).not.toContain(key);
  expect(await ask(key)).toBe(200);
});

it('comes back after a kill -9 of itself: its programs end, and the next start copes with what is left', async () => {
  const first = start();
  await serving(first);
  const key = readFileSync(join(home, 'owner-key'), 'utf8').trim();
  const pids = [...first.said().matchAll(/^(?:api|worker) .*"pid":(\d+)/gm)].map(([, pid]) => Number(pid));
  expect(new Set(pids).size).toBe(2);
  first.child.kill('SIGKILL');
  await first.ended;
  // Nobody reads their lines any more; that may not keep them.
  await until('its programs to end', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  const second = start();
  await serving(second);
  expect(await ask(key)).toBe(200);
});

it('a worker that is killed is started again', async () => {
  const run = start();
  await serving(run);
  const pid = Number(/"app":"worker","pid":(\d+)/.exec(run.said())?.[1]);
  process.kill(pid, 'SIGKILL');
  await until('the worker to be started again', () => run.said().split('the worker is ready').length === 3);
  expect(run.said()).toContain('worker ended by SIGKILL; it is started again.');
});

it('says that the port is taken, and starts nothing', async () => {
  const taken = createServer().listen(port, '127.0.0.1');
  await once(taken, 'listening');
  const run = start();
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain(
    `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`,
  );
  expect(existsSync(home)).toBe(false);
  taken.close();
});

it('says that another run uses the same home, and leaves that one alone', async () => {
  const first = start();
  await serving(first);
  const second = start({ PORT: String(await freePort()) });
  expect(await second.ended).toBe(1);
  expect(second.said()).toContain(`Process ${first.child.pid ?? 0} is already running on this data folder.`);
  expect(await ask(readFileSync(join(home, 'owner-key'), 'utf8').trim())).toBe(200);
});

it('with DATABASE_URL it uses that one, starts none, and allows no loopback', async () => {
  const database = await testDatabase();
  const run = start({ DATABASE_URL: database.databaseUrl, DATABASE_OWNER_URL: database.databaseOwnerUrl });
  await serving(run);
  expect(run.said()).not.toContain('OUTBOUND_ALLOW');
  expect(existsSync(join(home, 'postgres'))).toBe(false);
  expect(await ask(readFileSync(join(home, 'owner-key'), 'utf8').trim())).toBe(200);
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  await database.drop();
});

it('says in words what is wrong with a setting', async () => {
  const run = start({ OUTBOUND_ALLOW: '127.0.0.1', SWEEP_INTERVAL_MS: 'soon' });
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain('SWEEP_INTERVAL_MS');
  expect(run.said()).not.toContain('    at ');
});
