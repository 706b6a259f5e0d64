import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { root } from '../apps/launcher/prepare.mjs';

// A program whose launcher was killed writes to a pipe that nobody reads. It ends all the same.
it.each([
  ['api', `import { openLog } from './dist/apps/api/src/log.js'; const log = openLog('info', 'api');`],
  ['worker', `import { createLogger } from './dist/apps/worker/src/logger.js'; const log = createLogger({ LOG_LEVEL: 'info' });`],
])('%s: a log that nobody reads does not keep it from ending', async (_, open) => {
  // Two lines: the second still waits when the first meets the closed pipe.
  const last = `log.info('the last'); log.info('words'); process.exit(0);`;
  const source = `${open} process.stderr.write('open'); process.stdin.once('data', () => { ${last} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: root, stdio: 'pipe' });
  await once(child.stderr, 'data');
  child.stdout.destroy();
  const ended = once(child, 'exit');
  child.stdin.write('go');
  const guard = setTimeout(() => child.kill('SIGKILL'), 10_000);
  expect(await ended).toEqual([0, null]);
  clearTimeout(guard);
});
