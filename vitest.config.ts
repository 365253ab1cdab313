import { defineConfig } from 'vitest/config';

/** Everything in TypeScript that needs neither the Hardhat runner (test/contracts) nor a browser (test/e2e). */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contracts/**', 'test/e2e/**', 'node_modules/**'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
