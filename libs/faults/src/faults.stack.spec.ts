import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { loadConfig } from '@registrar/config';

const built = (path: string) => new URL(`../../../dist/${path}`, import.meta.url);
const run = promisify(execFile);

it.each([
  ['R5', 'await faultPoint'],
  ['R3', 'faultPointAtOnce'],
])('an armed program dies at %s as by kill -9, the nth time', async (point, call) => {
  const script = `import { armFaults, faultPoint, faultPointAtOnce } from ${JSON.stringify(built('libs/faults/src/index.js').href)};
    armFaults('${point}:kill:2', 'test'); ${call}('${point}'); process.stdout.write('once '); ${call}('${point}'); process.stdout.write('twice');`;
  await expect(run(process.execPath, ['--input-type=module', '-e', script])).rejects.toMatchObject({ signal: 'SIGKILL', stdout: 'once ' });
});

it.each(['api', 'worker'])('the %s does not start with FAULTS where NODE_ENV is production', async (app) => {
  const env = { ...process.env, NODE_ENV: 'production', FAULTS: 'R5:kill', KEK_FILE: '/kek', PUBLIC_URL: 'https://registrar.example' };
  expect(() => loadConfig(env)).toThrow('FAULTS');
  await expect(run(process.execPath, [fileURLToPath(built(`programs/${app}.js`))], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('FAULTS is refused unless NODE_ENV is test') as string,
  });
});
