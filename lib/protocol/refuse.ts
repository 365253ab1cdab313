/**
 * How the decoders of this folder say no: a code, the field, what was expected and what came. One short form for one act.
 * Owns: that form. Owns not: the vocabulary (codes.ts) or the class (errors.ts).
 */
import type { Code } from './codes.ts';
import { ProtocolError } from './errors.ts';

/** Throws. `got` describes the input (a length, a kind) and never repeats a secret. */
export function refuse(code: Code, field: string, expected: string, got?: string): never {
  throw new ProtocolError(code, { field, expected, got });
}
