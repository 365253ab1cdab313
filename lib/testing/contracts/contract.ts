/**
 * What a modelled contract is: an address, an ABI, and a function in TypeScript for each of the ABI that is played.
 * Owns: the shapes between the chain and the contracts, signatures of accounts and of contract wallets.
 */
import { type Abi, type Address, ChainError, type Deployment, type Hex } from '../../chain/index.ts';
import {
  fromHex,
  type MessageName,
  type Messages,
  ProtocolError,
  recoverAddress,
  typedDigest,
} from '../../protocol/index.ts';
import { type Clock, EscrowModel, type EscrowRules, PolicyModel, Purse, Refused, type Store } from '../model/index.ts';

/** One call under way. */
export interface Act {
  readonly sender: Address;
  readonly valueWei: bigint;
  /** Record an event of the contract that is acting, or of another by its address. */
  emit(event: string, args: Readonly<Record<string, unknown>>, address?: Address): void;
}

/**
 * Functions by name. `P` says what type each parameter name of the contract has, in the shape of the door: bigint, lower-case
 * Hex, plain objects. Each returns its outputs: one bare, several in a list. Throws Refused.
 */
export type Plays<P> = Readonly<Record<string, (args: P, act: Act) => unknown>>;

export interface Contract {
  readonly address: Address;
  readonly abi: Abi;
  readonly functions: Plays<never>;
}

/** What never changes of a modelled chain. */
export interface Genesis {
  readonly deployment: Deployment;
  readonly rules: EscrowRules;
}

/** The state of all contracts at one moment. Nothing here is kept between acts but the store. */
export class World {
  readonly genesis: Genesis;
  readonly store: Store;
  readonly clock: Clock;
  readonly blockNumber: bigint;
  readonly escrow: EscrowModel;
  readonly policies: PolicyModel;
  /** Wei by account. */
  readonly coins: Purse;

  constructor(genesis: Genesis, store: Store, timestamp: number, blockNumber: bigint) {
    this.genesis = genesis;
    this.store = store;
    this.clock = { now: timestamp };
    this.blockNumber = blockNumber;
    this.escrow = new EscrowModel(genesis.rules, this.clock, store);
    this.policies = new PolicyModel(this.escrow, this.clock, store);
    this.coins = new Purse(store.book('coins'));
  }

  /** Contract wallets by address: whose signature they take. */
  get wallets() {
    return this.store.book<Address>('wallets');
  }

  /** Whether `owner` signed, or is a contract wallet that takes the signature (ERC-1271). */
  isSignedBy(owner: Address, digest: Hex, signature: Uint8Array): boolean {
    const signer = signerOf(digest, signature);
    return signer !== undefined && (signer === owner || signer === this.wallets.get(owner));
  }

  /** The same for one of our structures. */
  isTypedSignedBy<Name extends MessageName>(
    owner: Address,
    name: Name,
    message: Messages[Name],
    signature: Hex,
  ): boolean {
    return this.isSignedBy(owner, typedDigest(name, this.genesis.deployment, message), fromHex(signature));
  }
}

/** Undefined for a signature that recovers to nobody. */
export function signerOf(digest: Hex, signature: Uint8Array): Address | undefined {
  try {
    return recoverAddress(digest, signature);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** A function of the ABI that no model plays: said aloud, so that no test passes by accident. */
export function notPlayed(name: string): ChainError {
  return new ChainError('chain.rpc', `The modelled chain of dintel/testing does not play ${name}; use a local chain.`);
}

/** A payout to an account of somebody's choice; nobody pays to nobody. */
export function payOut(world: World, contract: Address, to: Address, amount: bigint): void {
  if (/^0x0{40}$/.test(to)) throw new Refused('WithdrawFailed');
  world.coins.take(contract, amount, 'WithdrawFailed');
  world.coins.give(to, amount);
}
