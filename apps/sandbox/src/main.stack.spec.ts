import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKEND, exchange, sendMetadata } from './sandbox.fixture.js';

const BUILT = join(import.meta.dirname, '../../../dist/programs');

async function start(program: string, ...args: string[]): Promise<{ child: ChildProcess; ready: Record<string, unknown> }> {
  const child = spawn(process.execPath, [join(BUILT, program), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return { child, ready: JSON.parse(line) as Record<string, unknown> };
  throw new Error(`${program} ended without a word`);
}

interface Listing {
  vendor: string;
  hospital?: string;
  issuer: string;
  initial_access_token?: string;
}
const get = async <T>(url: string): Promise<T> => (await exchange(url)).body as T;
const gone = async (url: string): Promise<boolean> => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (
      await fetch(url).then(
        () => false,
        () => true,
      )
    )
      return true;
    await pause(50);
  }
  return false;
};

describe('the built sandbox', () => {
  it('runs four vendors as processes, survives kill -9 with its folder, and takes its processes with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'registrar-sandbox-'));
    const first = await start('sandbox.js', '--data', folder);
    const servers = await get<Listing[]>(`${String(first.ready.control)}/servers`);
    expect(servers).toHaveLength(31);
    expect(new Set(servers.map(({ issuer }) => new URL(issuer).origin)).size).toBe(4);
    for (const { vendor, issuer, initial_access_token: token } of servers.filter((each) => each.hospital === 'h10')) {
      const method = vendor === 'meadow' ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } } : {};
      const sent = { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic', ...method, software_version: vendor };
      expect((await sendMetadata(`${issuer}/reg`, sent, token)).status).toBe(201);
    }
    const ledger = await get<{ software_version: string }[]>(`${String(first.ready.control)}/ledger`);
    expect(ledger.map((entry) => entry.software_version)).toEqual(['meadow', 'harbor', 'summit']);

    first.child.kill('SIGKILL');
    expect(await Promise.all(servers.map(({ issuer }) => gone(issuer)))).not.toContain(false);
    const second = await start('sandbox.js', '--data', folder);
    expect(await get(`${String(second.ready.control)}/servers`)).toEqual(servers);
    expect(await get(`${String(second.ready.control)}/ledger`)).toEqual(ledger);

    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
    expect(await gone(servers[0]?.issuer ?? '')).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('ends with status 1 and says why when it cannot start', async () => {
    const child = spawn(process.execPath, [join(BUILT, 'sandbox.js'), '--vendors', 'epic'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(lines.join(' ')).toContain('vendors');
  });

  it('has canned servers for the bench', async () => {
    const { child, ready } = await start('canned.js', '--servers', '2', '--latency-ms', '60');
    const [server] = ready.servers as { issuer: string }[];
    const start0 = performance.now();
    expect((await sendMetadata(`${server?.issuer ?? ''}/reg`, BACKEND)).status).toBe(201);
    expect(performance.now() - start0).toBeGreaterThan(55);
    expect(await get(String(ready.counts))).toEqual({ registration: 1 });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
