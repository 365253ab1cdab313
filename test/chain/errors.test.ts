import { ChainError, dintelErrorsAbi, hasSentence, revertSentence } from 'dintel/chain';
import { describeCode } from 'dintel/protocol';
import { describe, expect, it } from 'vitest';
import { rpcError } from '../../lib/chain/rpc.ts';

describe('errors of the chain', () => {
  it('has a sentence for every custom error of the contracts', () => {
    const names = dintelErrorsAbi.map((item) => item.name);
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !hasSentence(name))).toEqual([]);
  });

  it('says the arguments, and something for errors it does not know', () => {
    expect(revertSentence({ name: 'WrongPayment', args: { want: 5n, got: 4n }, data: '0x' })).toBe(
      'The payment is not the deposit (want 5, got 4).',
    );
    expect(revertSentence({ name: 'Novel', args: {}, data: '0x' })).toContain('Novel');
    expect(revertSentence({ name: undefined, args: {}, data: '0x' })).toMatch(/without/);
  });

  const shapes: [string, unknown, string][] = [
    ['ethers insufficient funds', { code: 'INSUFFICIENT_FUNDS' }, 'chain.funds'],
    ['wallet refusal', { code: 4001, message: 'User rejected' }, 'chain.rejected'],
    ['ethers refusal', { code: 'ACTION_REJECTED' }, 'chain.rejected'],
    ['nested revert data', { info: { error: { code: 3, data: '0x12345678' } } }, 'chain.reverted'],
    ['hardhat revert data', { code: -32603, data: { message: 'reverted', data: '0x' } }, 'chain.reverted'],
    ['geth nonce', { code: -32000, message: 'nonce too low' }, 'chain.nonce'],
    ['alchemy range', { code: -32602, message: 'Log response size exceeded' }, 'chain.range'],
    ['infura range', { code: -32005, message: 'query returned more than 10000 results' }, 'chain.range'],
    ['range words', { code: -32000, message: 'block range is too large, max is 2000 blocks' }, 'chain.range'],
    ['node fetch', { message: 'fetch failed', cause: { code: 'ECONNREFUSED' } }, 'chain.unreachable'],
    ['ethers timeout', { code: 'TIMEOUT' }, 'chain.timeout'],
    ['anything else', { code: -32601, message: 'method not found' }, 'chain.rpc'],
  ];
  it.each(shapes)('recognises %s', (_name, raw, code) => {
    expect(rpcError(raw).error.code).toBe(code);
    expect(describeCode(code)).toBeDefined();
  });

  it('knows which are worth another try', () => {
    expect(new ChainError('chain.unreachable', 'x').retryable).toBe(true);
    expect(new ChainError('chain.reverted', 'x').retryable).toBe(false);
    expect(new ChainError('chain.rejected', 'x').retryable).toBe(false);
  });
});
