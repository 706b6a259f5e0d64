import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../apps/launcher/prepare.mjs';
import { judgeImports } from './support/planted-imports.js';

const libraries = readdirSync(join(root, 'libs')).sort();
const sources = ['apps', 'libs', 'test'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .map((path) => `${top}/${path}`)
    .filter((path) => /\.(ts|mjs)$/.test(path)),
);
const readText = (path: string): string => readFileSync(join(root, path), 'utf8');
/** Files with tests; a fixture that is named `.spec.ts` stays out of the build. */
const specs = sources.filter((path) => path.endsWith('.spec.ts') && /^ *(it|test)(\.each)?[(<]/m.test(readText(path)));
const linesOf = (path: string): number => readText(path).split('\n').length - 1;

describe('the house', () => {
  it('has nothing at its top but what the architecture names', () => {
    const named = ['apps', 'libs', 'test', 'deploy', 'docker-compose.yml', 'nest-cli.json', 'package.json', 'package-lock.json'];
    const allowed = [...named, 'tsconfig.base.json', 'README.md', 'Dockerfile', 'LICENSE', 'SECURITY.md', 'CHANGELOG.md'];
    const made = ['node_modules', 'dist'];
    const there = existsSync(join(root, '.git')) ? tracked() : readdirSync(root);
    expect(there.filter((name) => !name.startsWith('.') && ![...allowed, ...made].includes(name))).toEqual([]);
  });

  it('names no file and no folder after what it holds everything of', () => {
    expect(sources.filter((path) => /(^|\/)(utils?|helpers?|common|shared|types)(\.[a-z]+)*(\/|$)/.test(path))).toEqual([]);
  });

  it('has files of a screen: half of them under 60 lines, none over 300', () => {
    const lengths = sources.filter((path) => !path.endsWith('.spec.ts')).map((path) => ({ path, lines: linesOf(path) }));
    expect(sources.map((path) => ({ path, lines: linesOf(path) })).filter(({ lines }) => lines > 300)).toEqual([]);
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(60);
  });

  it.each(libraries)('libs/%s is flat, enters by names, and says what it decided', (library) => {
    const folders = readdirSync(join(root, 'libs', library, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name)).toEqual(library === 'database' ? ['migrations'] : []);
    const index = readText(`libs/${library}/src/index.ts`);
    expect(
      index
        .replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')
        .replaceAll(/export (type )?\{[^}]*\} from '\.\/[a-z0-9.-]+\.js';/g, '')
        .trim(),
    ).toBe('');
    expect(index.match(/\b\w+(Entity|Repository)\b/g) ?? []).toEqual([]);
    expect(readText(`libs/${library}/README.md`)).toMatch(/^# [a-z]+\n[^]*\n#{2,3} Decisions\n[^]*- \*\*/);
    expect(JSON.parse(readText('tsconfig.base.json'))).toHaveProperty(['compilerOptions', 'paths', `@registrar/${library}`]);
  });

  it('asks for six things at most in a constructor', () => {
    const wide = sources.flatMap((path) => {
      const [, parameters = ''] = /constructor\(\n([^]*?)\n {2}\) \{/.exec(readText(path)) ?? [];
      const count = parameters.split('\n').filter((line) => /^ {4}\S/.test(line) && !/^ {4}(\}|\)|\/\/|\/\*|\*)/.test(line)).length;
      return count > 6 ? [`${path}: ${count}`] : [];
    });
    expect(wide).toEqual([]);
  });

  it('skips no test, leaves none without an assertion, and names what each needs to run', () => {
    expect(specs.filter((path) => !/\.(unit|stack|bench|crash|scan)\.spec\.ts$/.test(path))).toEqual([]);
    // Where a developer's machine has no SoftHSM; never under CI, where a skipped test is no success either.
    const unskipped = (path: string) => readText(path).replaceAll(/\b(it|describe)\.skipIf\(withoutSoftHsm\)/g, '$1');
    expect(
      specs.filter((path) => /\b(it|test|describe)\.(skip|only|todo|fails|skipIf|runIf)\b|\bx(it|describe)\(/.test(unskipped(path))),
    ).toEqual([]);
    expect(specs.filter((path) => !path.endsWith('.bench.spec.ts') && !/\bexpect\b|\bassert\b/.test(readText(path)))).toEqual([]);
  });
});

function tracked(): string[] {
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  return [...new Set(files.map((file) => file.split('/')[0] ?? ''))];
}

describe('the import rules', () => {
  // Path, text, and the rule that has to refuse it.
  const PLANTED: readonly (readonly [path: string, text: string, rule: string])[] = [
    ['libs/problem/src/planted.ts', `import '@registrar/secret';`, 'lib-problem'],
    ['libs/outbound/src/planted.ts', `import '@registrar/config';`, 'lib-outbound'],
    ['libs/database/src/planted.ts', `import '@registrar/vault';`, 'lib-database'],
    ['libs/vault/src/planted.ts', `import '@registrar/jobs';`, 'lib-vault'],
    ['libs/access/src/planted.ts', `import '@registrar/tenants';`, 'lib-access'],
    ['libs/tenants/src/planted.ts', `import '@registrar/ehrs';`, 'lib-tenants'],
    ['libs/ehrs/src/planted.ts', `import '@registrar/registrations';`, 'lib-ehrs'],
    ['libs/registrations/src/planted.ts', `import '../../vault/src/planted.js';`, 'through-the-index'],
    ['apps/api/src/planted.ts', `import '../../worker/src/main.js';`, 'apps-apart'],
    ['apps/worker/src/planted.ts', `import '../../../libs/vault/src/planted.js';`, 'through-the-index'],
    ['libs/events/src/planted.ts', `import '../../../apps/api/src/main.js';`, 'libs-not-apps'],
    ['libs/audit/src/planted.ts', `import '../../../test/support/planted.js';`, 'code-not-test'],
    ['libs/tenants/src/planted.service.ts', `import 'typeorm';`, 'only-typeorm-in-persistence'],
    ['apps/api/src/planted.controller.ts', `import 'pg';`, 'only-typeorm-in-persistence'],
    ['libs/registrations/src/queue.ts', `import 'bullmq';`, 'only-bullmq-in-jobs'],
    ['apps/worker/src/redis.ts', `import 'ioredis';`, 'only-bullmq-in-jobs'],
    ['libs/ehrs/src/call.ts', `import 'undici';`, 'only-undici-in-outbound'],
    ['libs/access/src/digest.ts', `import 'node:crypto';`, 'only-crypto-in-vault'],
    ['libs/access/src/token.ts', `import 'jose';`, 'only-jose'],
    ['apps/api/src/strategy.ts', `import 'passport';`, 'only-passport-in-api-auth'],
    ['libs/dcr/src/planted.ts', `import '@nestjs/common';`, 'dcr-is-plain-typescript'],
    ['libs/keys/src/circle-back.ts', `import './circle.js';`, 'no-circular'],
  ];
  const ALLOWED = {
    'libs/tenants/src/planted.entity.ts': `import 'typeorm';`,
    'libs/vault/src/allowed.ts': `import 'node:crypto'; import '@registrar/database';`,
    'apps/api/src/auth/planted.ts': `import 'passport'; import 'jose'; import '@registrar/access';`,
    'libs/registrations/src/allowed.ts': `import '@registrar/dcr'; import '@registrar/keys';`,
  };
  const OTHERS = { 'libs/keys/src/circle.ts': `import './circle-back.js';`, 'test/support/planted.ts': 'export {};' };

  it('refuse each planted fault by the rule that is there for it, and let the others be', async () => {
    const planted = Object.fromEntries(PLANTED.map(([path, text]) => [path, text]));
    const broken = await judgeImports({ ...planted, ...ALLOWED, ...OTHERS });
    for (const [path, , rule] of PLANTED) expect(broken, path).toHaveProperty([path], expect.arrayContaining([rule]));
    for (const path of Object.keys(ALLOWED)) expect(broken, path).toHaveProperty([path], []);
  }, 60_000);

  it('have a row for each library, or cannot be read', async () => {
    expect(await judgeImports({ 'libs/unheard-of/src/index.ts': 'export {};' })).toContain('No import row for: unheard-of');
  }, 60_000);
});
