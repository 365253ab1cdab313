/**
 * One demo for all tests of the app: raised before the first, told to stop after the last. What a test changes (nodes, time) it puts
 * back. Not a test by itself.
 */
import type { TestProject } from 'vitest/node';
import { type Demo, startDemo } from './demo.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the demo serves the app. */
    site: string;
  }
}

let demo: Demo | undefined;

export async function setup(project: TestProject): Promise<void> {
  demo = await startDemo(235_000);
  project.provide('site', demo.site);
}

/** Ctrl-C must end it in order: everything stopped, exit code 130. */
export async function teardown(): Promise<void> {
  const status = await demo?.stop();
  if (status !== 130) throw new Error(`the demo ended with ${status} after Ctrl-C`);
}
