import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** All share one demo: what only looks comes first, what adds nodes and lets time pass comes last, a quarter of an hour after minutes. */
class ClockLast extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      ['operate.test', 'states.test'].findIndex((name) => moduleId.includes(name));
    return Promise.resolve(files.toSorted((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

/** Tests that drive a real browser against the real demo network; `npm run test:e2e`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/sharedDemo.ts'],
    sequence: { sequencer: ClockLast },
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 240_000,
  },
});
