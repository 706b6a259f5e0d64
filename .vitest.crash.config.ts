import base from './.vitest.config.js';

// npm run test:crash: the stack is killed again and again, one world after the other.
export default {
  ...base,
  test: {
    include: ['test/crash/*.crash.spec.ts'],
    maxWorkers: 1,
    fileParallelism: false,
    hookTimeout: 600_000,
    testTimeout: 600_000,
  },
};
