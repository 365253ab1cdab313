/**
 * A node's keys: everything the 24-word phrase derives, and the one-way ratchet of its encrypting keys.
 *
 * Owns: seed from phrase, operator key (BIP-32), peer seed, encrypting keys by number. Owns not: when keys rotate and which
 * are still needed (the node decides), how state is kept. The phrase stays off the machine: it can rebuild what the ratchet
 * has erased. Source: spec/protocol.md section 2; BIP-32; BIP-39.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { SecretKey } from '../umbral/keys.ts';
import { SecretKeyFactory } from '../umbral/secretKeyFactory.ts';
import { Scalar } from '../umbral/toolkit.ts';
import { checkBytes, checkUint, concatBytes, u32be, utf8 } from './bytes.ts';
import { peerSeed, ratchetNext, ratchetStart } from './derive.ts';
import { refuse } from './errors.ts';

/** 64-byte seed of a 24-word English BIP-39 phrase, no passphrase. Throws E_WORDS; the phrase is never echoed. */
export function nodeSeed(phrase: string): Uint8Array {
  const words = phrase.normalize('NFKD').trim().split(/\s+/);
  if (words.length !== 24) refuse('E_WORDS', 'phrase', '24 words', `${words.length}`);
  const joined = words.join(' ');
  if (!validateMnemonic(joined, wordlist))
    refuse('E_WORDS', 'phrase', 'words of the BIP-39 list with a right checksum', 'others');
  return mnemonicToSeedSync(joined);
}

/** BIP-32 m/44'/60'/0'/0/0: signs transactions, Ack, Receipt, NodeInfo, Heartbeat. */
export function operatorKey(seed: Uint8Array): SecretKey {
  return bip32(checkSeed(seed), [hardened(44), hardened(60), hardened(0), 0, 0]);
}

/** 32-byte Ed25519 seed of the libp2p identity. The caller wipes it. */
export function nodePeerSeed(seed: Uint8Array): Uint8Array {
  return peerSeed(checkSeed(seed));
}

const hardened = (index: number): number => index + 0x80000000;

/** Private derivation of BIP-32 along a path, from a seed. */
function bip32(seed: Uint8Array, path: readonly number[]): SecretKey {
  let node = hmac(sha512, utf8('Bitcoin seed'), seed);
  for (const index of path) {
    const secret = SecretKey.fromBytes(node.subarray(0, 32));
    const parent =
      index >= 0x80000000 ? concatBytes(Uint8Array.of(0), node.subarray(0, 32)) : secret.publicKey.toBytes();
    const child = hmac(sha512, node.subarray(32), concatBytes(parent, u32be(index)));
    // An overflow (2^-127) makes Scalar or SecretKey refuse; BIP-32 would then take the next index, nobody has ever seen it.
    const key = Scalar.fromBytes(child.subarray(0, 32))
      .add(Scalar.fromBytes(node.subarray(0, 32)))
      .toBytes();
    child.set(key, 0);
    node.fill(0);
    node = child;
  }
  const key = SecretKey.fromBytes(node.subarray(0, 32));
  node.fill(0);
  return key;
}

const checkSeed = (seed: Uint8Array): Uint8Array => checkBytes(seed, 64, 'seed');

/**
 * The encrypting keys from number `oldest` on. The state r_oldest gives all later keys and no earlier one, so `forget`
 * is final: a thief of the disk learns nothing older.
 */
export class EncryptingRatchet {
  readonly #state: Uint8Array;
  #oldest: number;

  private constructor(state: Uint8Array, oldest: number) {
    this.#state = state;
    this.#oldest = oldest;
  }

  /** From the 64-byte seed of the phrase: all keys, from number 0. */
  static fromSeed(seed: Uint8Array): EncryptingRatchet {
    return new EncryptingRatchet(ratchetStart(checkSeed(seed)), 0);
  }

  /** From what the machine keeps: r_oldest and its number. Throws E_LENGTH, E_NUMBER. */
  static fromState(state: Uint8Array, oldest: number): EncryptingRatchet {
    checkUint(oldest, 32, 'oldest');
    return new EncryptingRatchet(Uint8Array.from(checkBytes(state, 32, 'state')), oldest);
  }

  /** The oldest number that still has a key. */
  get oldest(): number {
    return this.#oldest;
  }

  /** A copy of r_oldest, for the keystore. The caller wipes it. */
  toSecretBytes(): Uint8Array {
    return Uint8Array.from(this.#state);
  }

  /** The key announced under this number. Throws E_KEY_NUMBER if it was erased or the number is more than 10,000 ahead. */
  key(keyNumber: number): SecretKey {
    const state = this.#advance(keyNumber);
    const factory = SecretKeyFactory.fromSeed(state);
    try {
      return factory.makeKey(utf8('encrypting'));
    } finally {
      factory.dispose();
      state.fill(0);
    }
  }

  /** Erase every key before `keyNumber`; a number already passed does nothing. */
  forget(keyNumber: number): void {
    if (keyNumber <= this.#oldest) return;
    const state = this.#advance(keyNumber);
    this.#state.set(state);
    state.fill(0);
    this.#oldest = keyNumber;
  }

  #advance(keyNumber: number): Uint8Array {
    checkUint(keyNumber, 32, 'keyNumber');
    if (keyNumber < this.#oldest || keyNumber > this.#oldest + 10_000) {
      refuse('E_KEY_NUMBER', 'keyNumber', `${this.#oldest} or a little more`, `${keyNumber}`);
    }
    let state: Uint8Array = Uint8Array.from(this.#state);
    for (let k = this.#oldest; k < keyNumber; k++) {
      const next = ratchetNext(state);
      state.fill(0);
      state = next;
    }
    return state;
  }
}
