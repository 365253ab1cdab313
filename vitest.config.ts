import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A story starts processes and waits for epochs: it is long, and leaves its processor idle. */
const isStory = ({ moduleId }: TestSpecification): boolean => /stories|story|hostile/.test(moduleId);
/** What any other file costs to run, before any run has measured it. */
const sizeOf = ({ moduleId }: TestSpecification): number => statSync(moduleId).size;
/** By when the last story begins, as a part of the whole: the end must not belong to it alone. */
const lastStory = 0.8;

/** Stories here and there among the others, so that what computes fills the time in which a story waits; of the others the longest first. */
class StoriesApart extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const stories = files.filter(isStory);
    const others = files.filter((file) => !isStory(file)).toSorted((a, b) => sizeOf(b) - sizeOf(a));
    const whole = others.reduce((sum, file) => sum + sizeOf(file), 0);
    const apart = (whole * lastStory) / Math.max(1, stories.length - 1);
    const placed = stories.map((story, index) => ({ story, at: index * apart }));
    let done = 0;
    const sorted = others.flatMap((file) => {
      const due = placed.filter(({ at }) => at >= done && at < done + sizeOf(file)).map(({ story }) => story);
      done += sizeOf(file);
      return [...due, file];
    });
    // Where there is nothing to be apart from, they come by themselves.
    return Promise.resolve([...sorted, ...stories.filter((story) => !sorted.includes(story))]);
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
    sequence: { sequencer: StoriesApart },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
