/**
 * What both models share: the chain's time, and a refusal by the name of the contract's custom error. Not here: signatures and
 * Merkle proofs, which are taken as checked. Source: spec/protocol.md section 1.
 */
import { Book } from './store.ts';

/** Time of the block in which the next act happens. Units: seconds. Set by whoever drives the models. */
export interface Clock {
  now: number;
}

/** The contract would revert; `code` is the name of its custom error. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`the contract refuses with ${code}`);
    this.name = 'Refused';
    this.code = code;
  }
}

/** Throws Refused(`code`) unless `held`. */
export function need(held: boolean, code: string): void {
  if (!held) throw new Refused(code);
}

/** Balances by account; nobody is listed with nothing. Units: wei or token units. */
export class Purse {
  readonly #held: Book<bigint>;

  constructor(held = new Book<bigint>()) {
    this.#held = held;
  }

  of(who: string): bigint {
    return this.#held.get(who) ?? 0n;
  }

  give(who: string, amount: bigint): void {
    this.#held.set(who, this.of(who) + amount);
  }

  /** Throws Refused(`code`) if `who` has not so much. */
  take(who: string, amount: bigint, code: string): void {
    need(this.of(who) >= amount, code);
    this.#held.set(who, this.of(who) - amount);
  }

  /** All that `who` has, which is then gone; throws NothingToWithdraw for nothing. */
  empty(who: string): bigint {
    const amount = this.of(who);
    need(amount !== 0n, 'NothingToWithdraw');
    this.#held.delete(who);
    return amount;
  }
}
