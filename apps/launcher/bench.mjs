// npm run bench [-- NAME]: makes the checkout ready, then measures. NAME picks one of the benches in test/bench.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--config', '.vitest.bench.config.ts', '--reporter', 'verbose', ...process.argv.slice(2)];
const bench = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
bench.once('exit', (code) => (process.exitCode = code ?? 1));
