/** DintelToken as balances and allowances. Not here: permit. Source: ERC-20, contracts/DintelToken.sol. */
import { type Address, dintelTokenAbi } from '../../chain/index.ts';
import { zeroAddress } from '../../protocol/index.ts';
import { need, Purse } from '../model/index.ts';
import { type Act, type Contract, notPlayed, type Plays, type World } from './contract.ts';

export class TokenModel {
  readonly #world: World;
  readonly #balances: Purse;
  readonly #allowances: Purse;

  constructor(world: World) {
    this.#world = world;
    this.#balances = new Purse(world.store.book('tokens'));
    this.#allowances = new Purse(world.store.book('allowances'));
  }

  of(who: Address): bigint {
    return this.#balances.of(who);
  }

  mint(who: Address, amount: bigint): void {
    this.#balances.give(who, amount);
  }

  allowance(owner: Address, spender: Address): bigint {
    return this.#allowances.of(owner + spender);
  }

  approve(owner: Address, spender: Address, amount: bigint): void {
    this.#allowances.give(owner + spender, amount - this.allowance(owner, spender));
  }

  move(act: Act, from: Address, to: Address, amount: bigint): void {
    need(to !== zeroAddress, 'ERC20InvalidReceiver');
    this.#balances.take(from, amount, 'ERC20InsufficientBalance');
    this.#balances.give(to, amount);
    act.emit('Transfer', { from, to, value: amount }, this.#world.genesis.deployment.token);
  }

  /** The same by `spender`, within what `from` allowed. */
  pull(act: Act, spender: Address, from: Address, to: Address, amount: bigint): void {
    this.#allowances.take(from + spender, amount, 'ERC20InsufficientAllowance');
    this.move(act, from, to, amount);
  }
}

/** What each parameter name stands for. */
interface Parameters {
  readonly account: Address;
  readonly owner: Address;
  readonly spender: Address;
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
}

/** All tokens belong to the accounts that the network made; there is no other supply. */
export function tokenContract(world: World): Contract {
  const token = new TokenModel(world);
  const functions: Plays<Parameters> = {
    name: () => 'Dintel',
    symbol: () => 'DINT',
    decimals: () => 18,
    balanceOf: ({ account }) => token.of(account),
    allowance: ({ owner, spender }) => token.allowance(owner, spender),
    approve: ({ spender, value }, act) => {
      token.approve(act.sender, spender, value);
      act.emit('Approval', { owner: act.sender, spender, value });
      return true;
    },
    transfer: ({ to, value }, act) => {
      token.move(act, act.sender, to, value);
      return true;
    },
    transferFrom: ({ from, to, value }, act) => {
      token.pull(act, act.sender, from, to, value);
      return true;
    },
    permit: () => {
      throw notPlayed('permit');
    },
  };
  return { address: world.genesis.deployment.token, abi: dintelTokenAbi, functions };
}
