/**
 * Which engine does the arithmetic. Owns: the choice, and loading noble where it is the one. Owns not: any arithmetic, nor the
 * contract (`engine.ts`). Internal to lib/umbral, tests and benches: only `engine()` and `ready()` are public.
 *
 * WebAssembly starts synchronously, so that nobody has to wait for it. noble is code that almost nobody runs, hence a chunk of its
 * own: only a platform that refuses WebAssembly loads it, in {@link ready}.
 */
import type { Engine } from '../engine.ts';
import { EngineNotReady } from '../errors.ts';
import { wasmEngine } from './wasm.ts';

let chosen: Engine | undefined;
/** Whether WebAssembly was tried and refused. */
let refused = false;

/** What is there without waiting: chosen on first call, so that importing costs nothing. */
function present(): Engine | undefined {
  if (chosen === undefined && !refused) {
    chosen = wasmEngine();
    refused = chosen === undefined;
  }
  return chosen;
}

/** The engine in use: WebAssembly where the platform allows it, else noble. Throws {@link EngineNotReady} until that is loaded. */
export function arithmetic(): Engine {
  const engine = chosen ?? present();
  if (engine === undefined) throw new EngineNotReady();
  return engine;
}

/**
 * Resolves when everything here can be called: at once with WebAssembly, else when noble is loaded. Who opens an Alice, a Bob or a
 * vault need not call it, nor anybody where WebAssembly runs. Throws {@link EngineNotReady} if noble cannot be loaded.
 */
export async function ready(): Promise<void> {
  if (present() !== undefined) return;
  try {
    chosen = (await import('./noble.ts')).nobleEngine;
  } catch (cause) {
    throw new EngineNotReady({ cause });
  }
}

/** The name of the engine in use, or of the one that {@link ready} loads: `noble` or `wasm`. */
export const engine = (): string => present()?.name ?? 'noble';

/** For tests and benches: uses `other` from now on. Returns what was in use, to be put back. */
export function useEngine(other: Engine): Engine {
  const before = arithmetic();
  chosen = other;
  return before;
}
