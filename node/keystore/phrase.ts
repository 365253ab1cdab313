/**
 * The 24 words on paper from which a whole node can be rebuilt. They exist on the machine only while they are shown or typed.
 * Owns: a fresh phrase, and reading one that a person types. Owns not: what it derives (lib/protocol/nodeKeys).
 * Source: protocol.md section 2; BIP-39; research/reliability.md C27.
 */
import { generateMnemonic, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { OperatorError } from '../config/operatorError.ts';

const wordCount = 24;

/** 24 fresh words, 256 bits. */
export function newPhrase(): string {
  return generateMnemonic(wordlist, 256);
}

/**
 * A phrase as a person typed it: any case and spacing, four-letter prefixes accepted (they are unique in the list).
 * Errors: E_MNEMONIC, naming the place of the first wrong word and never the word itself.
 */
export function parsePhrase(text: string): string {
  const typed = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const words = typed.map((word, place) => {
    if (wordlist.includes(word)) return word;
    const matches = word.length >= 4 ? wordlist.filter((candidate) => candidate.startsWith(word)) : [];
    if (matches.length === 1) return matches[0] as string;
    throw new OperatorError('E_MNEMONIC', `word ${place + 1} of the phrase is not in the BIP-39 list of English words`);
  });
  if (words.length !== wordCount) {
    throw new OperatorError('E_MNEMONIC', `a phrase has ${wordCount} words, this one ends after word ${words.length}`);
  }
  const phrase = words.join(' ');
  if (!validateMnemonic(phrase, wordlist)) {
    throw new OperatorError(
      'E_MNEMONIC',
      `the checksum in word ${wordCount} does not match: a word is wrong or out of place`,
    );
  }
  return phrase;
}
