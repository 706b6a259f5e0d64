import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProblemEntry } from '@registrar/problem';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { root } from '../apps/launcher/prepare.mjs';

const KINDS = [
  'malformed',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'stale',
  'too_large',
  'unsupported',
  'refused',
  'limited',
  'unavailable',
  'internal',
];
const ACTORS = ['caller', 'customer_success', 'product_team', 'ehr_administrator', 'workspace_owner', 'registrar_operator', 'nobody'];

const declaring = new Map<string, string>();
let problems: [string, ProblemEntry][] = [];
beforeAll(async () => {
  // What other tests have loaded is declared already, and would not say where.
  vi.resetModules();
  const { problemDictionary } = await import('@registrar/problem');
  for (const file of sourceFiles('.problems.ts')) {
    const known = new Set(problemDictionary().keys());
    await import(pathToFileURL(file).href);
    for (const code of problemDictionary().keys()) if (!known.has(code)) declaring.set(code, basename(file));
  }
  for (const library of readdirSync(join(root, 'libs'))) await import(pathToFileURL(join(root, 'libs', library, 'src/index.ts')).href);
  problems = [...problemDictionary()];
}, 60_000);

function sourceFiles(ending: string): string[] {
  return ['apps', 'libs'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith(ending))
      .map((path) => join(root, top, path)),
  );
}

/** Everything that somebody reads of a problem. */
const words = ({ title, label }: ProblemEntry): string[] => [title, label];

describe('the dictionary of problems', () => {
  it('has every failure under a code `noun.what_happened`, declared in a file of problems', () => {
    expect(problems.length).toBeGreaterThan(80);
    for (const [code] of problems) expect(code).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z0-9]+)*$/);
    expect(problems.filter(([code]) => !declaring.has(code))).toEqual([]);
  });

  it('says of each what kind it is, and who has to act', () => {
    for (const [code, { kind, actor }] of problems) {
      expect(KINDS, code).toContain(kind);
      expect(ACTORS, code).toContain(actor);
    }
  });

  it('says what happened in one plain sentence without a full stop', () => {
    for (const [code, { title }] of problems) expect(title, code).toMatch(/^["A-Z][^\n]{8,138}[^.!?\n]$/);
  });

  it('tells the actor what to do next, as an instruction', () => {
    const instruction = /^[A-Z][a-z]+ [^\n]{4,170}[^.!?\n]$/;
    const statement = /^(The|This|That|You|Your|We|It|There|Please|No|Not|Nothing|Unknown|Invalid|Failed|Error|Registrar)\b/;
    expect(problems.map(([, { label }]) => label).filter((label) => !instruction.test(label) || statement.test(label))).toEqual([]);
  });

  it('holds no secret, no place to put one in, and no machine’s words', () => {
    for (const [code, entry] of problems) {
      for (const text of words(entry)) {
        expect(text, code).not.toMatch(/[A-Za-z0-9+/_-]{28,}|\$\{|%s|\[object|undefined|null\b|rk_\w|eyJ/);
        expect(text, code).not.toMatch(/\b(SELECT|INSERT|SQLSTATE|stack|exception|ECONN\w*|\d+\.\d+\.\d+\.\d+)\b/);
      }
    }
  });

  it('never calls a failure retryable that somebody has to mend first, or that nobody can', () => {
    const mended = problems.filter(
      ([, { retryable, kind }]) => retryable === true && ['malformed', 'forbidden', 'not_found', 'too_large', 'unsupported'].includes(kind),
    );
    expect(mended).toEqual([]);
  });
});
