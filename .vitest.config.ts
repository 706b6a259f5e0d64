import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const report = process.env.REGISTRAR_TEST_REPORT;
const alias = readdirSync(`${root}/libs`).map((lib) => ({
  find: new RegExp(`^@registrar/${lib}$`),
  replacement: `${root}/libs/${lib}/src/index.ts`,
}));

// Two projects: `unit` needs nothing but Node; `stack` starts one Postgres for the run and drives the built programs.
export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: { alias },
  test: {
    // Test files share their process with others: each one loading TypeORM and Nest anew is a third of the whole time. What one changes it puts back.
    isolate: false,
    // For .ci/run, which adds up its two runs.
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // For a machine that is busy: thousands of generated cases take seconds there.
          testTimeout: 30_000,
          include: ['libs/*/src/**/*.unit.spec.ts', 'apps/*/src/**/*.unit.spec.ts', 'test/*.unit.spec.ts', 'test/crash/*.unit.spec.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'stack',
          include: ['libs/*/src/**/*.stack.spec.ts', 'apps/*/src/**/*.stack.spec.ts', 'test/**/*.stack.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
