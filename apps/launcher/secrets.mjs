// npm run test:secrets: sends unique secrets through every flow, and looks for them wherever anything is written down.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--config', '.vitest.secrets.config.ts', '--reporter', 'verbose', ...process.argv.slice(2)];
const scan = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => scan.kill(signal));
scan.once('exit', (code) => (process.exitCode = code ?? 1));
