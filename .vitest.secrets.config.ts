import base from './.vitest.config.js';

// npm run test:secrets: one stack, every flow, and a search of all that was written down.
export default {
  ...base,
  test: {
    include: ['test/*.scan.spec.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    hookTimeout: 300_000,
    testTimeout: 120_000,
  },
};
