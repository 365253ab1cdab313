/** Reading test/vectors/*.json: plain values with no types of their own. */
import { readFileSync } from 'node:fs';

/** A vector file as its test describes it; the test fails where the file has another shape. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}
