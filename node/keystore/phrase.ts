/**
 * The 24 words on paper from which a whole node can be rebuilt, as a person types them. Owns not: the words (`dintel/keys`), what
 * they derive (lib/protocol/nodeKeys). Source: protocol.md section 2; research/reliability.md C27.
 */
import { parsePhrase as parse } from 'dintel/keys';
import { asOperatorError } from './strongbox.ts';

export { newPhrase } from 'dintel/keys';

/** Errors: E_MNEMONIC, naming the place of the first wrong word and never the word itself. */
export function parsePhrase(text: string): string {
  try {
    return parse(text);
  } catch (error) {
    throw asOperatorError(error);
  }
}
