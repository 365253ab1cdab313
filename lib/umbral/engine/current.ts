/**
 * Which engine does the arithmetic. Owns: the choice. Owns not: any arithmetic, nor the contract (`engine.ts`).
 * Internal to lib/umbral, tests and benches: only the name, `engine()`, is public.
 */
import type { Engine } from '../engine.ts';
import { nobleEngine } from './noble.ts';
import { wasmEngine } from './wasm.ts';

let chosen: Engine | undefined;

/** The engine in use: WebAssembly where the platform allows it, else noble. Chosen on first call: importing costs nothing. */
export function arithmetic(): Engine {
  chosen ??= wasmEngine() ?? nobleEngine;
  return chosen;
}

/** The name of the engine in use: `noble` or `wasm`. */
export const engine = (): string => arithmetic().name;

/** For tests and benches: uses `other` from now on. Returns what was in use, to be put back. */
export function useEngine(other: Engine): Engine {
  const before = arithmetic();
  chosen = other;
  return before;
}
