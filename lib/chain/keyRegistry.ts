/**
 * KeyRegistry: which Umbral keys an account receives and signs with. Owns: its calls and events in TypeScript. Owns not:
 * cards, pins and fingerprints (protocol/card.ts). Source: protocol.md section 5.4.
 */
import { Agent, act, type ContractEvent, contractAbi } from './agent.ts';
import type { Address, Chain, ChainReader, Hex, SentTransaction } from './chain.ts';
import { keyRegistryActs, keyRegistryErrors, keyRegistryReads } from './signatures/keyRegistry.ts';

/** Two public keys, affine, and each one's signature over KeyPossession in EIP-2098 form. */
export interface KeyPairProof {
  readonly rx: bigint;
  readonly ry: bigint;
  readonly vx: bigint;
  readonly vy: bigint;
  readonly rr: Hex;
  readonly rvs: Hex;
  readonly vr: Hex;
  readonly vvs: Hex;
}

/** Registered keys, 33 bytes each. Units: `since` seconds. */
export interface RegisteredKeys {
  readonly receiving: Uint8Array;
  readonly verifying: Uint8Array;
  readonly version: number;
  readonly since: number;
}

export interface KeyRegistryEvents {
  KeysRegistered: { owner: Address; version: number; receiving: Uint8Array; verifying: Uint8Array };
}
export type KeyRegistryEvent = ContractEvent<KeyRegistryEvents>;

const abi = contractAbi(keyRegistryReads, keyRegistryActs, keyRegistryErrors);

/** Every method throws `ChainError`. */
export class KeyRegistry<C extends ChainReader = ChainReader> extends Agent<C, KeyRegistryEvents> {
  constructor(chain: C, address: Address) {
    super(chain, address, abi);
  }

  /** The newest keys, or `undefined` if the account has registered none. */
  async keysOf(owner: Address): Promise<RegisteredKeys | undefined> {
    const [receiving, verifying, version, since] = await this.read<[Uint8Array, Uint8Array, number, number]>('keysOf', [
      owner,
    ]);
    return receiving.length === 0 ? undefined : { receiving, verifying, version, since };
  }
  /** The keys of one version, or `undefined`. */
  async keysAt(owner: Address, version: number): Promise<RegisteredKeys | undefined> {
    const [receiving, verifying, since] = await this.read<[Uint8Array, Uint8Array, number]>('keysAt', [owner, version]);
    return receiving.length === 0 ? undefined : { receiving, verifying, version, since };
  }

  register(this: KeyRegistry<Chain>, keys: KeyPairProof, version: number): Promise<SentTransaction> {
    return act(this, 'register', [keys, version]);
  }
  registerFor(
    this: KeyRegistry<Chain>,
    options: { owner: Address; keys: KeyPairProof; version: number; deadline: number; signature: Uint8Array },
  ): Promise<SentTransaction> {
    const { owner, keys, version, deadline, signature } = options;
    return act(this, 'registerFor', [owner, keys, version, deadline, signature]);
  }
}
