import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../apps/launcher/prepare.mjs';

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/**
 * Judges files by the import rules of this checkout, in a house of its own: empty libraries and apps of the same names.
 * @param files path and text of each planted file
 * @returns the rules that each of them breaks, by its path; or what the rules themselves say when they cannot be read
 */
export async function judgeImports(files: Readonly<Record<string, string>>): Promise<Record<string, string[]> | string> {
  const house = mkdtempSync(join(tmpdir(), 'registrar-imports-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  };
  try {
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json']) cpSync(join(root, file), join(house, file));
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const lib of readdirSync(join(root, 'libs'))) write(`libs/${lib}/src/index.ts`, 'export {};\n');
    for (const app of readdirSync(join(root, 'apps'))) write(`apps/${app}/src/main.ts`, 'export {};\n');
    for (const [path, text] of Object.entries(files)) write(path, text);
    const { stdout, stderr } = await cruise(house);
    if (stdout === '') return stderr;
    const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
    return Object.fromEntries(
      Object.keys(files).map((path) => [path, summary.violations.filter(({ from }) => from === path).map(({ rule }) => rule.name)]),
    );
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}

function cruise(house: string): Promise<{ stdout: string; stderr: string }> {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: house, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
      resolve({ stdout, stderr });
    });
  });
}
