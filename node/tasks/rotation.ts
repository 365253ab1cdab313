/**
 * Rotates the encrypting key and erases old ones, so that a thief of the disk can open nothing older than is still promised.
 * Owns: when to announce the next key and when an old one may go. Owns not: the ratchet (keystore), who may seal to what (core).
 * Source: protocol.md section 2, "Encrypting-key rotation".
 */
import type { Address, Chain, MinerEscrow } from 'dintel/chain';
import { fromHex, isHex, maxPolicyEpochs, utf8 } from 'dintel/protocol';
import type { NodeKeystore } from '../keystore/nodeKeystore.ts';
import type { StoredNodes } from '../store/nodeRegistry.ts';
import type { StoredAcks } from '../store/promises.ts';
import type { Outbox } from './outbox.ts';

export interface RotationOptions {
  /** Connected as the operator. */
  readonly escrow: MinerEscrow<Chain>;
  readonly node: Address;
  readonly keystore: NodeKeystore;
  readonly nodes: Pick<StoredNodes, 'miner' | 'keySince'>;
  readonly acks: Pick<StoredAcks, 'until' | 'lostAt'>;
  readonly outbox: Outbox;
  /** Seconds. */
  readonly epochLength: number;
  readonly evidenceEpochs: number;
  /** Default 90. */
  readonly everyEpochs?: number;
  /** Timestamp of the head, seconds; undefined while there is none to trust. */
  readonly chainTime: () => number | undefined;
}

export interface RotationState {
  readonly keyNumber: number;
  readonly oldestKeyNumber: number;
  readonly rotations: number;
  readonly lastError: string | undefined;
}

export class Rotation {
  readonly #options: RotationOptions;
  #rotations = 0;
  #lastError: string | undefined;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  get state(): RotationState {
    const { keystore } = this.#options;
    return {
      keyNumber: keystore.encryptingKey().keyNumber,
      oldestKeyNumber: keystore.oldestKeyNumber,
      rotations: this.#rotations,
      lastError: this.#lastError,
    };
  }

  /** Twice an epoch, at least once an hour. */
  get pauseMs(): number {
    return Math.min(3_600_000, (this.#options.epochLength * 1000) / 2);
  }

  /** Catch up with the chain, rotate if due, erase what may go. Never throws; what went wrong is in `state`. */
  async tick(): Promise<void> {
    const now = this.#options.chainTime();
    if (now === undefined) return;
    try {
      await this.#catchUp();
      if (this.#isDue(now)) await this.rotate();
      await this.#options.keystore.eraseBelow(this.#oldestNeeded(now));
      this.#lastError = undefined;
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : 'unknown';
    }
  }

  /** Announce the next key now. It can be opened before it is announced, so no share sealed to it can come too early. */
  async rotate(): Promise<void> {
    const { escrow, node, nodes, keystore, outbox } = this.#options;
    const miner = nodes.miner(node);
    const keyNumber = keystore.encryptingKey().keyNumber + 1;
    const encryptingKey = keystore.publicKey(keyNumber);
    if (miner === undefined || encryptingKey === undefined) return;
    const info = { url: miner.url, encryptingKey, keyNumber, peerId: peerIdBytes(miner.peerId), protocol: 1 };
    await outbox.send(() => escrow.setNodeInfo(info));
    await keystore.announced(keyNumber);
    this.#rotations += 1;
  }

  /** We may have died between the announcement and noting it. */
  async #catchUp(): Promise<void> {
    const { nodes, node, keystore } = this.#options;
    const onChain = nodes.miner(node)?.keyNumber ?? 0;
    if (onChain > keystore.encryptingKey().keyNumber) await keystore.announced(onChain);
  }

  #isDue(now: number): boolean {
    const { nodes, node, epochLength, everyEpochs = 90 } = this.#options;
    const since = nodes.keySince(node);
    return since !== undefined && since > 0 && now - since >= everyEpochs * epochLength;
  }

  /** The first key that somebody may still count on. Alice may seal to the announced one and to the one before it. */
  #oldestNeeded(now: number): number {
    const { keystore, acks, epochLength, evidenceEpochs } = this.#options;
    const lostAt = acks.lostAt();
    // Where promises were lost, the longest one that could have been made stands in for them.
    const unknownUntil = lostAt === undefined ? undefined : lostAt + maxPolicyEpochs * epochLength;
    const announced = keystore.encryptingKey().keyNumber;
    let oldest = keystore.oldestKeyNumber;
    for (; oldest < announced - 1; oldest++) {
      const until = Math.max(acks.until(oldest) ?? 0, unknownUntil ?? 0);
      if (until > 0 && now <= until + evidenceEpochs * epochLength) break;
    }
    return oldest;
  }
}

/** Back from the text that the registry makes of it. */
function peerIdBytes(text: string): Uint8Array {
  return isHex(text) ? fromHex(text) : utf8(text);
}
