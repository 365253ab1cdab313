/**
 * The whole vocabulary of errors, for documents, tests and whoever explains a code that came from elsewhere. Owns: looking up. Owns
 * not: the tables, which lie where they are needed.
 */
import { type CodeEntry, chainCodes, clientCodes, libraryCodes, sealCodes, wireCodes } from './codes.ts';
import { keyCodes } from './keyCodes.ts';
import { stepCodes } from './stepCodes.ts';

/** Every code of the vocabulary with its entry. */
export function listCodes(): readonly (readonly [string, CodeEntry])[] {
  const parts = [wireCodes, libraryCodes, keyCodes, clientCodes, stepCodes, sealCodes, chainCodes];
  return parts.flatMap((part) => Object.entries(part));
}

/** The entry of a code, or undefined if the vocabulary does not know it. */
export function describeCode(code: string): CodeEntry | undefined {
  return listCodes().find(([known]) => known === code)?.[1];
}
