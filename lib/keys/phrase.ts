/**
 * 24 words on paper: a person's root, or the seed of a node. They exist on the machine only while they are shown or typed.
 * Owns: words to bytes and back, reading what a person types. Owns not: what is derived. Source: BIP-39; research/reliability.md C27.
 */
import { entropyToMnemonic, generateMnemonic, mnemonicToEntropy, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { checkBytes } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';

const wordCount = 24;

/** 24 fresh words, 256 bits. */
export function newPhrase(): string {
  return generateMnemonic(wordlist, 256);
}

/** The 32 bytes of a root as 24 words. Throws E_TYPE, E_LENGTH. */
export function phraseOfRoot(root: Uint8Array): string {
  return entropyToMnemonic(checkBytes(root, 32, 'root'), wordlist);
}

/** The root that 24 words write. The caller wipes it. Throws E_WORDS. */
export function rootOfPhrase(text: string): Uint8Array {
  return mnemonicToEntropy(parsePhrase(text), wordlist);
}

/**
 * A phrase as a person typed it: any case and spacing, four-letter prefixes accepted (they are unique in the list).
 * Throws E_WORDS, naming the place of the first wrong word and never the word itself.
 */
export function parsePhrase(text: string): string {
  if (typeof text !== 'string' || text.length > 1_000) throw wrong('a phrase is text of 24 words');
  const typed = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const words = typed.map((word, place) => {
    if (wordlist.includes(word)) return word;
    const matches = word.length >= 4 ? wordlist.filter((candidate) => candidate.startsWith(word)) : [];
    if (matches.length === 1) return matches[0] as string;
    throw wrong(`word ${place + 1} of the phrase is not in the BIP-39 list of English words`);
  });
  if (words.length !== wordCount) {
    throw wrong(`a phrase has ${wordCount} words, this one ends after word ${words.length}`);
  }
  const phrase = words.join(' ');
  if (!validateMnemonic(phrase, wordlist)) {
    throw wrong(`the checksum in word ${wordCount} does not match: a word is wrong or out of place`);
  }
  return phrase;
}

const wrong = (details: string): ProtocolError => new ProtocolError('E_WORDS', { field: 'phrase', details });
