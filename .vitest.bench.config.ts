import base from './.vitest.config.js';

// npm run bench: what is measured, never what is tested; one after the other, so that nothing disturbs the figures.
export default {
  ...base,
  test: {
    include: ['test/bench/*.bench.spec.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 1,
    hookTimeout: 120_000,
  },
};
