// npm test: makes the checkout ready, then runs the tests but for whole journeys, which take as long again; npm run test:all runs every
// one. What follows `--` goes to vitest: a folder or file is run whatever it is.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const given = process.argv.slice(2).filter((word) => word !== '--all');
const which = process.argv.length > 2 ? given : ['--exclude', 'test/journeys/**'];
const args = [vitest, 'run', '--config', '.vitest.config.ts', ...which];
const tests = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
// The terminal signals the tests too; they stop what they started, and we tell how it ended.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal));
tests.once('error', (error) => {
  process.stderr.write(`registrar: the tests could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
tests.once('exit', (code) => (process.exitCode = code ?? 1));
