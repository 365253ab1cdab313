/**
 * A node's keys at rest and in use: operator key, peer seed and the encrypting ratchet.
 * Owns: which encrypting keys exist, which are erased. Owns not: the box (strongbox), the phrase's words (phrase), the
 * decision to rotate or erase (tasks/rotation). Source: protocol.md section 2; DESIGN section 4.
 *
 * Secret layout (105 bytes): 01 || operator key 32 || peer seed 32 || u32be(j) || r_j 32 || u32be(k)
 *   j = oldest key number that can still be opened, k = the one announced on chain.
 */
import {
  type Address,
  addressOf,
  concatBytes,
  EncryptingRatchet,
  nodePeerSeed,
  nodeSeed,
  operatorKey as operatorKeyOf,
  signDigest,
  toHex,
  u32be,
} from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';
import type { KeyRing } from 'dintel/ursula';
import { OperatorError, systemCode } from '../config/operatorError.ts';
import { readSecretFile, type SecretFileKind, writeSecretFile } from '../config/secretFile.ts';
import { readPublicPart, Strongbox } from './strongbox.ts';

const layout = { version: 0, operator: 1, peer: 33, oldest: 65, ratchet: 69, announced: 101, end: 105 } as const;

/** A promise lives for at most 1,024 epochs and its evidence for 14 more, while a key lives for about 90: 12 keys, and a margin. */
const keptOnRebuild = 32;

const fileKind: SecretFileKind = {
  what: 'keystore',
  code: 'E_KEYSTORE',
  exitCause: 'key',
  cure: 'make one with: dintel ursula init',
};

export class NodeKeystore implements KeyRing {
  readonly operator: Address;
  readonly #path: string;
  readonly #box: Strongbox;
  readonly #operatorKey: SecretKey;
  readonly #peerSeed: Uint8Array;
  #ratchet: EncryptingRatchet;
  #announced: number;
  #announcedPublicKey: Uint8Array;

  private constructor(path: string, box: Strongbox) {
    const secret = box.revealSecret();
    if (secret.length !== layout.end || secret[layout.version] !== 1) {
      throw new OperatorError('E_KEYSTORE_FORMAT', 'the keystore opens, but what it holds is of another version');
    }
    const view = new DataView(secret.buffer, secret.byteOffset, secret.length);
    this.#path = path;
    this.#box = box;
    this.#operatorKey = SecretKey.fromBytes(secret.subarray(layout.operator, layout.peer));
    this.#peerSeed = secret.slice(layout.peer, layout.oldest);
    this.#ratchet = EncryptingRatchet.fromState(
      secret.subarray(layout.ratchet, layout.announced),
      view.getUint32(layout.oldest),
    );
    this.#announced = view.getUint32(layout.announced);
    secret.fill(0);
    this.operator = addressOf(this.#operatorKey.publicKey);
    this.#announcedPublicKey = this.publicKey(this.#announced) as Uint8Array;
  }

  /**
   * Make the keystore of a phrase. `keyNumber`: the number announced on chain when a node is rebuilt; 0 for a new one.
   * Errors: E_EXISTS, E_PASSWORD_WEAK, E_MNEMONIC.
   */
  static async create(
    path: string,
    phrase: string,
    password: string,
    options: { keyNumber?: number } = {},
  ): Promise<NodeKeystore> {
    const keyNumber = options.keyNumber ?? 0;
    const seed = nodeSeed(phrase);
    const operatorKey = operatorKeyOf(seed);
    const peer = nodePeerSeed(seed);
    const ratchet = EncryptingRatchet.fromSeed(seed);
    seed.fill(0);
    // Nobody knows any more which keys were promised: all that a living promise can need are kept until rotation erases them.
    ratchet.forget(Math.max(0, keyNumber - keptOnRebuild));
    const secret = encodeSecret(operatorKey, peer, ratchet, keyNumber);
    peer.fill(0);
    try {
      const box = await Strongbox.create('node', { operator: addressOf(operatorKey.publicKey) }, secret, password);
      await writeNew(path, box.toBytes());
      return new NodeKeystore(path, box);
    } finally {
      secret.fill(0);
    }
  }

  /** Errors: E_KEYSTORE, E_PERMS, E_KEYSTORE_FORMAT, E_KDF_BOUNDS, E_PASSWORD_WEAK, E_PASSWORD. */
  static async open(path: string, password: string): Promise<NodeKeystore> {
    const bytes = await readSecretFile(path, fileKind);
    return new NodeKeystore(path, await Strongbox.open(bytes, 'node', password));
  }

  /** The operator's address, which needs no password. Errors: as `open` before the password. */
  static async operatorOf(path: string): Promise<Address> {
    const { operator } = readPublicPart(await readSecretFile(path, fileKind), 'node');
    if (operator === undefined) throw new OperatorError('E_KEYSTORE_FORMAT', 'the keystore names no operator');
    return operator as Address;
  }

  signDigest(digest: Uint8Array): Uint8Array {
    return signDigest(this.#operatorKey, toHex(digest));
  }

  encryptingKey(): { readonly keyNumber: number; readonly publicKey: Uint8Array } {
    return { keyNumber: this.#announced, publicKey: this.#announcedPublicKey };
  }

  /** The next key counts too: chain and Alice may know it a moment before we hear that its announcement was mined. */
  encryptingSecret(keyNumber: number): Uint8Array | undefined {
    return this.#key(keyNumber)?.toSecretBytes();
  }

  /** 33 bytes; undefined = erased or not yet made. */
  publicKey(keyNumber: number): Uint8Array | undefined {
    return this.#key(keyNumber)?.publicKey.toBytes();
  }

  /** Oldest key number that can still be opened. */
  get oldestKeyNumber(): number {
    return this.#ratchet.oldest;
  }

  /** Remember that `keyNumber` is the one on chain. Durable when it resolves. It never goes back. */
  async announced(keyNumber: number): Promise<void> {
    if (keyNumber <= this.#announced) return;
    const publicKey = this.#ratchet.key(keyNumber).publicKey.toBytes();
    await this.#save(this.#ratchet, keyNumber);
    this.#announced = keyNumber;
    this.#announcedPublicKey = publicKey;
  }

  /**
   * Erase every key older than `keyNumber`: afterwards this machine cannot compute them again, only the paper can.
   * The announced key and the one before it are never erased. Durable when it resolves; false if there was nothing to do.
   */
  async eraseBelow(keyNumber: number): Promise<boolean> {
    const oldest = Math.min(keyNumber, this.#announced - 1);
    if (oldest <= this.#ratchet.oldest) return false;
    const state = this.#ratchet.toSecretBytes();
    const ratchet = EncryptingRatchet.fromState(state, this.#ratchet.oldest);
    state.fill(0);
    ratchet.forget(oldest);
    await this.#save(ratchet, this.#announced);
    this.#ratchet.forget(oldest); // wipes what it held
    return true;
  }

  /** The key that signs transactions, as a copy for the chain adapter; the caller wipes it. */
  revealOperatorKey(): Uint8Array {
    return this.#operatorKey.toSecretBytes();
  }

  /** Ed25519 seed of the peer, as a copy; the caller wipes it. */
  revealPeerSeed(): Uint8Array {
    return this.#peerSeed.slice();
  }

  wipe(): void {
    this.#peerSeed.fill(0);
    this.#box.wipe();
  }

  #key(keyNumber: number): SecretKey | undefined {
    const held = Number.isInteger(keyNumber) && keyNumber >= this.#ratchet.oldest && keyNumber <= this.#announced + 1;
    return held ? this.#ratchet.key(keyNumber) : undefined;
  }

  async #save(ratchet: EncryptingRatchet, announced: number): Promise<void> {
    const secret = encodeSecret(this.#operatorKey, this.#peerSeed, ratchet, announced);
    const before = this.#box.revealSecret();
    this.#box.replaceSecret(secret);
    secret.fill(0);
    try {
      await writeSecretFile(this.#path, this.#box.toBytes(), { scrub: true });
    } catch (error) {
      this.#box.replaceSecret(before);
      throw error;
    } finally {
      before.fill(0);
    }
  }
}

function encodeSecret(
  operatorKey: SecretKey,
  peer: Uint8Array,
  ratchet: EncryptingRatchet,
  announced: number,
): Uint8Array {
  const key = operatorKey.toSecretBytes();
  const state = ratchet.toSecretBytes();
  const secret = concatBytes(Uint8Array.of(1), key, peer, u32be(ratchet.oldest), state, u32be(announced));
  key.fill(0);
  state.fill(0);
  return secret;
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeSecretFile(path, bytes, { exclusive: true });
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw cause;
    throw new OperatorError('E_EXISTS', `keystore ${path} exists already`, {
      cure: 'use another --home, or move the old one away: its keys may hold stake',
      exitCause: 'key',
    });
  }
}
