/** What the tests of lib/umbral share: hex, vector files, and the code of an error. */
import { readFileSync } from 'node:fs';
import { UmbralError } from '../../lib/umbral/errors.ts';

export const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
export const hex = (value: Uint8Array): string => Array.from(value, (b) => b.toString(16).padStart(2, '0')).join('');
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** What `attempt` threw: the code of an UmbralError. Anything else it throws is a failure of the test itself. */
export function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof UmbralError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** A fixed, fast source of bytes for inputs that must repeat from run to run. */
export function stream(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}
