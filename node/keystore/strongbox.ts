/**
 * The strongbox of lib, as the files of a node and of people at a terminal use it: with the machine's own scrypt, and with errors
 * that have an exit code and a cure. Owns not: the format and the seal (`dintel/keys`).
 */
import { Strongbox as Box, type BoxKind, checkPassword as check, readPublicPart as readPublic } from 'dintel/keys';
import { nativeStretch } from 'dintel/platform/node';
import { ProtocolError } from 'dintel/protocol';
import { OperatorError, type OperatorErrorCode } from '../config/operatorError.ts';

export type Strongbox = Box;

/** What each refusal of lib is called here, what it says, what to do. */
const words: Readonly<Record<string, { code: OperatorErrorCode; message?: string; cure?: string }>> = {
  E_PASSWORD: {
    code: 'E_PASSWORD',
    message: 'wrong password, or the keystore was changed after it was written',
    cure: 'type it again, or restore the keystore from its backup',
  },
  E_PASSWORD_WEAK: { code: 'E_PASSWORD_WEAK' },
  E_KEYSTORE_FORMAT: {
    code: 'E_KEYSTORE_FORMAT',
    cure: 'restore it from its backup, or use the version of dintel that wrote it',
  },
  E_KDF_BOUNDS: {
    code: 'E_KDF_BOUNDS',
    cure: 'this file asks for more work than any keystore of ours does; restore yours from its backup',
  },
  E_WORDS: { code: 'E_MNEMONIC' },
};

/** An error of lib's keys as an operator meets it; any other as it is. */
export function asOperatorError(error: unknown): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const said = words[error.code];
  if (said === undefined) return error;
  const details = error.details ?? error.shortMessage;
  const {
    code,
    cure,
    message = code === 'E_KEYSTORE_FORMAT' ? `this is no keystore that can be read here: ${details}` : details,
  } = said;
  return new OperatorError(code, message, cure === undefined ? {} : { cure });
}

async function told<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asOperatorError(error);
  }
}

export const Strongbox = {
  /** Errors: E_PASSWORD_WEAK. */
  create: (
    kind: BoxKind,
    publicPart: Readonly<Record<string, string>>,
    secret: Uint8Array,
    password: string,
  ): Promise<Box> => told(() => Box.create(kind, publicPart, secret, password, nativeStretch)),

  /** Errors: E_KEYSTORE_FORMAT (damaged, foreign, newer), E_KDF_BOUNDS, E_PASSWORD_WEAK, E_PASSWORD. */
  open: (bytes: Uint8Array, kind: BoxKind, password: string): Promise<Box> =>
    told(() => Box.open(bytes, kind, password, nativeStretch)),
};

/** What anyone may know of a box without its password. Errors: E_KEYSTORE_FORMAT, E_KDF_BOUNDS. */
export function readPublicPart(bytes: Uint8Array, kind: BoxKind): Readonly<Record<string, string>> {
  try {
    return readPublic(bytes, kind);
  } catch (error) {
    throw asOperatorError(error);
  }
}

/** A password in its one form. Errors: E_PASSWORD_WEAK. */
export function checkPassword(password: string): string {
  try {
    return check(password);
  } catch (error) {
    throw asOperatorError(error);
  }
}
