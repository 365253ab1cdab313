/** Errors of keys at rest. Owns: how they are made. Owns not: their sentences (`protocol/keyCodes.ts`). */
import type { KeyCode } from '../protocol/codes.ts';
import { type ProblemDetails, ProtocolError } from '../protocol/errors.ts';
import { keyCodes } from '../protocol/keyCodes.ts';

/** A `ProtocolError` with one of their codes. */
export function keyError(code: KeyCode, about: ProblemDetails): ProtocolError {
  return new ProtocolError(code, { ...about, entry: keyCodes[code] });
}
