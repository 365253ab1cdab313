/**
 * What goes wrong in the scheme. Owns: the error class of lib/umbral and its codes, and the one for an engine that is not loaded
 * yet. Owns not: sentences for people above the library (lib/protocol maps codes one to one). Source: spec/umbral.md section 11, whose
 * step names are the codes.
 */

/** The step that refused, exactly as spec section 11 names it. */
export type UmbralErrorCode =
  | 'parse'
  | 'capsule.verify'
  | 'kfrag.commitment'
  | 'kfrag.delegating_key_missing'
  | 'kfrag.receiving_key_missing'
  | 'kfrag.signature'
  | 'cfrag.kfrag_signature'
  | 'cfrag.reencryption'
  | 'open.no_cfrags'
  | 'open.mismatched'
  | 'open.repeating'
  | 'open.validation'
  | 'dem.too_short'
  | 'dem.auth'
  | 'evidence.recovery'
  | 'evidence.identity'
  | 'generate.threshold'
  | 'signature.verify';

/** Which value was refused, what was wanted and what came. Never holds secret bytes: lengths, counts and type names only. */
export interface UmbralErrorDetails {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/** Thrown by everything in `dintel/umbral`. Programs match `code`; people read `message`. */
export class UmbralError extends Error {
  override readonly name = 'UmbralError';
  readonly code: UmbralErrorCode;
  readonly field: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: UmbralErrorCode, { field, expected, got }: UmbralErrorDetails) {
    super(`${field}: expected ${expected}, got ${got} (${code})`);
    this.code = code;
    this.field = field;
    this.expected = expected;
    this.got = got;
  }
}

/**
 * Synchronous calls where WebAssembly is refused, before `ready()` has loaded the other engine. No UmbralError, since it says nothing
 * of any input: nothing that judges inputs may take it for a verdict.
 */
export class EngineNotReady extends Error {
  override readonly name = 'EngineNotReady';
  readonly code = 'engine.not_ready';

  constructor(options?: ErrorOptions) {
    super('WebAssembly is refused here: await ready() once, before the first call (engine.not_ready)', options);
  }
}

/** Names the kind of a value without showing it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.getPrototypeOf(value)?.constructor?.name || 'object';
}

/** What `instanceof` needs of a class, also of one whose constructor is private. */
interface Kind<T> {
  readonly name: string;
  readonly prototype: T;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** Returns `value` if it was made by `kind`; else throws `parse`. A JavaScript caller has no type checker. */
export function expectInstance<T>(value: T, kind: Kind<T>, field: string): T {
  if (value instanceof kind) return value;
  throw new UmbralError('parse', { field, expected: kind.name, got: kindOf(value) });
}

/** Returns `list` if it is an array; else throws `parse`. */
export function expectList<T>(list: readonly T[], field: string): readonly T[] {
  if (Array.isArray(list)) return list;
  throw new UmbralError('parse', { field, expected: 'an array', got: kindOf(list) });
}
