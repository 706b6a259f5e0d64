// npm run test:crash [-- --short] [-- --seed 7] [-- NAME]: kills the stack again and again and holds both books against each other.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, root } from './prepare.mjs';

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean' }, seed: { type: 'string' } },
  allowPositionals: true,
});
await prepare();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--config', '.vitest.crash.config.ts', '--reporter', 'verbose', ...positionals];
const env = {
  ...process.env,
  ...(values.short ? { CRASH_FORM: 'short' } : {}),
  ...(values.seed === undefined ? {} : { CRASH_SEED: values.seed }),
};
const runs = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runs.kill(signal));
runs.once('exit', (code) => (process.exitCode = code ?? 1));
