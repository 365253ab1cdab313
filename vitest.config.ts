import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What a file costs to run, before any run has measured it: a story starts processes and waits for epochs. */
const weight = ({ moduleId }: TestSpecification): number =>
  /stories|story|hostile/.test(moduleId) ? 1_000_000 : statSync(moduleId).size;

/** The longest first, so that the last minutes do not belong to one story on one core. */
class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => weight(b) - weight(a)));
  }
}

/** Everything in TypeScript that needs neither the Hardhat runner (test/contracts) nor a browser (test/e2e). */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contracts/**', 'test/e2e/**', 'node_modules/**'],
    pool: 'forks',
    // Vitest would leave one of two cores idle; a story mostly waits.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
