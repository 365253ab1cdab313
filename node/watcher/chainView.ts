/**
 * The chain as Ursula's core asks for it: the head that may be trusted, policies, and what needs the RPC.
 * Owns: joining index and watcher; read-through. Owns not: judging. Source: ports.ts `ChainView`, `PolicyIndex`.
 */

import { type Abi, type Address, ChainError, type ChainReader, type Hex } from 'dintel/chain';
import { toHex } from 'dintel/protocol';
import type { ChainView, Head, PolicyIndex, PolicyView } from 'dintel/ursula';
import type { ChainIndex } from '../store/chainIndex.ts';
import type { StoredPolicies } from '../store/policyIndex.ts';
import type { Watcher } from './watcher.ts';

/** How long Bob may wait for us to catch up with a policy that he saw mined. */
const readThroughMs = 2_000;
/** Shortest time between two looks at the chain that strangers cause: a flood of unknown ids costs the RPC two looks a second. */
const pullPauseMs = 500;

const erc1271Abi: Abi = [
  {
    type: 'function',
    name: 'isValidSignature',
    stateMutability: 'view',
    inputs: [
      { name: 'hash', type: 'bytes32' },
      { name: 'signature', type: 'bytes' },
    ],
    outputs: [{ name: '', type: 'bytes4' }],
  },
];
const erc1271Magic = '0x1626ba7e';
/** How long an owner without code is not asked again (he may deploy a wallet there), and how many of them are remembered. */
const plainOwnerMs = 600_000;
const maxPlainOwners = 10_000;

export interface ChainViewParts {
  readonly index: ChainIndex;
  readonly policies: StoredPolicies;
  readonly watcher: Pick<Watcher, 'state' | 'refresh'>;
  /** For calls beside the watcher's own. */
  readonly reader: () => Promise<ChainReader>;
}

export class WatchedChain implements ChainView, PolicyIndex {
  readonly #parts: ChainViewParts;
  /** The pull that has not begun yet, for all who ask until it does. */
  #nextPull: Promise<void> | undefined;
  #pulledAtMs = Number.NEGATIVE_INFINITY;
  /** Owners found to be no contract, and until when that is believed: a bad signature then costs no call. */
  readonly #plainOwners = new Map<Address, number>();

  constructor(parts: ChainViewParts) {
    this.#parts = parts;
  }

  head(): Head | undefined {
    const { index, watcher } = this.#parts;
    const cursor = index.cursor();
    const { trusted, heardAtMs } = watcher.state;
    if (cursor === undefined || !trusted) return undefined;
    return { number: cursor.number, hash: cursor.hash, timestamp: cursor.timestamp, seenAtMs: heardAtMs };
  }

  policy(policyId: Hex): PolicyView | undefined {
    return this.#parts.policies.policy(policyId);
  }

  /** Pulls the watcher forward, so that the answer comes with everything else that the newest block says. */
  async readThrough(policyId: Hex): Promise<PolicyView | undefined> {
    this.#nextPull ??= this.#pull();
    await withinMs(this.#nextPull, readThroughMs);
    return this.policy(policyId);
  }

  async #pull(): Promise<void> {
    const waitMs = this.#pulledAtMs + pullPauseMs - performance.now();
    // Always a turn later, when `#nextPull` is this one.
    await (waitMs > 0 ? new Promise((resolve) => setTimeout(resolve, waitMs)) : undefined);
    this.#nextPull = undefined;
    this.#pulledAtMs = performance.now();
    await this.#parts.watcher.refresh();
  }

  async isContractSignature(owner: Address, digest: Hex, signature: Uint8Array): Promise<boolean> {
    const head = this.#parts.index.cursor();
    if (head === undefined || performance.now() < (this.#plainOwners.get(owner) ?? 0)) return false;
    try {
      const reader = await this.#parts.reader();
      const args = [digest, toHex(signature)];
      const answer = await reader.call(
        { to: owner, abi: erc1271Abi, function: 'isValidSignature', args },
        { at: head.number },
      );
      return answer === erc1271Magic;
    } catch (error) {
      if (error instanceof ChainError && error.code === 'chain.not_deployed') this.#notePlain(owner);
      return false; // no contract there, a contract that refuses, or nobody to ask: none of them is a yes
    }
  }

  #notePlain(owner: Address): void {
    this.#plainOwners.delete(owner);
    this.#plainOwners.set(owner, performance.now() + plainOwnerMs);
    if (this.#plainOwners.size <= maxPlainOwners) return;
    for (const oldest of this.#plainOwners.keys()) {
      this.#plainOwners.delete(oldest);
      return;
    }
  }
}

/** Resolves when the work is done, has failed, or the time is over. */
async function withinMs(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, deadline]);
  } catch {
    // The index is what it was; the caller sees that in the answer.
  } finally {
    clearTimeout(timer);
  }
}
