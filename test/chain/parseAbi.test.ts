/** The short ABIs of the agents say what the generated JSON says. */
import * as chain from 'dintel/chain';
import { Interface } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { AbiItem } from '../../lib/chain/codec.ts';
import { parseAbi } from '../../lib/chain/parseAbi.ts';
import * as adjudicator from '../../lib/chain/signatures/adjudicator.ts';
import * as dintelToken from '../../lib/chain/signatures/dintelToken.ts';
import * as keyRegistry from '../../lib/chain/signatures/keyRegistry.ts';
import * as minerEscrow from '../../lib/chain/signatures/minerEscrow.ts';
import * as policyManager from '../../lib/chain/signatures/policyManager.ts';

const withoutInternal = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, one: unknown) =>
    key === 'internalType' || key === 'anonymous' || (key === 'indexed' && one === false) ? undefined : one,
  );

/** Texts of `signatures/` by their last word: Reads, Acts, Errors. */
const part = (of: Readonly<Record<string, string>>, kind: string) =>
  parseAbi(Object.entries(of).find(([name]) => name.endsWith(kind))?.[1] ?? '');
const formatted = (items: unknown): string[] =>
  new Interface(items as never).fragments.map((one) => one.format('full')).sort();

describe('signatures', () => {
  it.each([
    ['adjudicator', adjudicator, chain.adjudicatorAbi],
    ['dintelToken', dintelToken, chain.dintelTokenAbi],
    ['keyRegistry', keyRegistry, chain.keyRegistryAbi],
    ['minerEscrow', minerEscrow, chain.minerEscrowAbi],
    ['policyManager', policyManager, chain.policyManagerAbi],
  ] as const)('of %s', (_name, texts, abi) => {
    const [reads, acts, errors] = [part(texts, 'Reads'), part(texts, 'Acts'), part(texts, 'Errors')];
    const named = (items: readonly { readonly name?: string }[], name: string | undefined) =>
      items.find((item) => item.name === name);
    const calls = (abi as readonly AbiItem[]).filter(({ type }) => type === 'function' || type === 'event');
    for (const item of calls) {
      const changes = item.type === 'function' && !/view|pure/.test(item.stateMutability ?? '');
      expect(withoutInternal(named(changes ? acts : reads, item.name))).toEqual(withoutInternal(item));
    }
    expect(formatted([...reads, ...acts])).toEqual(formatted(calls));
    const own = formatted(abi.filter(({ type }) => type === 'error'));
    expect(formatted(errors)).toEqual(expect.arrayContaining(own));
  });

  it('an error of whom a contract calls comes through it', () => {
    const names = (of: Readonly<Record<string, string>>) => part(of, 'Errors').map(({ name }) => name);
    expect(names(minerEscrow)).toContain('ERC20InsufficientAllowance');
    expect(names(adjudicator)).toEqual(expect.arrayContaining(['NothingToSlash', 'NoSuchPolicy']));
    const all = [adjudicator, dintelToken, keyRegistry, minerEscrow, policyManager].flatMap(names);
    expect(new Set(all)).toEqual(new Set(chain.dintelErrorsAbi.map(({ name }) => name)));
  });

  it.each(['constructor()', 'function f(', 'function f(uint256', 'error X(,)', 'event E(uint256 a'])(
    'refuses %s',
    (text) => {
      expect(() => parseAbi(text)).toThrow(SyntaxError);
    },
  );
});
