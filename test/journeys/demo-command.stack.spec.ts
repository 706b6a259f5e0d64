import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../apps/launcher/prepare.mjs';
import { freePort } from '../../libs/database/src/embedded-process.js';
import { testDatabase, type TestDatabase } from '../support/index.js';

// The command itself, as a person types it, on a database that is there already.
let database: TestDatabase;
let home: string;
beforeAll(async () => {
  database = await testDatabase();
  home = mkdtempSync(join(tmpdir(), 'registrar demo '));
});
afterAll(async () => {
  await database.drop();
  rmSync(home, { recursive: true });
});

async function command(args: readonly string[], port: number) {
  const { PATH, HOME } = process.env;
  const env: NodeJS.ProcessEnv = {
    PATH,
    HOME,
    PORT: String(port),
    REGISTRAR_HOME: home,
    DATABASE_URL: database.databaseUrl,
    DATABASE_OWNER_URL: database.databaseOwnerUrl,
    OUTBOUND_ALLOW: '127.0.0.0/8,::1',
  };
  const child = spawn(process.execPath, [join(root, 'apps/launcher/demo.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { status, said };
}

it(
  'npm run demo -- --exit ends with status 0 and a table of forty, and keeps the programs’ log in its folder',
  { timeout: 300_000 },
  async () => {
    const { status, said } = await command(['--exit'], await freePort());
    expect(said).toContain('✓ All 40 are active and proven, and the authorization servers have exactly these clients.\n');
    expect(said.match(/active, token/g)).toHaveLength(30);
    expect(said.match(/active, client authentication/g)).toHaveLength(10);
    expect(said).not.toMatch(/rk_|"level"/);
    expect(status).toBe(0);
    expect(existsSync(join(home, 'demo.log'))).toBe(true);
  },
);

it('a taken port and an option that it does not know are said in words, with status 1, before anything starts', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  expect(await command(['--exit'], port)).toEqual({
    status: 1,
    said: `registrar: Port ${port} is taken by another program. Stop that one, or choose another port: PORT=${port + 1} npm run demo\n`,
  });
  taken.close();
  expect(await command(['--quick'], port)).toEqual({
    status: 1,
    said: 'registrar: The demo knows --exit and nothing else: npm run demo -- --exit. It was given: --quick\n',
  });
});
