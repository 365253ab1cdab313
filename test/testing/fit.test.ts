/** The modelled chain takes the arguments that a codec takes: properties against ethers' own. */
import { ChainError, minerEscrowAbi, policyManagerAbi } from 'dintel/chain';
import { Interface, type InterfaceAbi } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitAll, fitValue, itemOf, selectorOf } from '../../lib/testing/fit.ts';

const codec = new Interface(policyManagerAbi as unknown as InterfaceAbi);

/** Whether ethers can write it into a call of one argument. */
function encodes(type: string, value: unknown): boolean {
  try {
    new Interface([`function f(${type} x)`]).encodeFunctionData('f', [value]);
    return true;
  } catch {
    return false;
  }
}

function fits(type: string, value: unknown): boolean {
  try {
    fitValue({ name: 'x', type }, value);
    return true;
  } catch (error) {
    if (error instanceof ChainError && error.code === 'chain.abi') return false;
    throw error;
  }
}

const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => `0x${Buffer.from(value).toString('hex')}`);

describe('arguments', () => {
  it('whole numbers fit their width', () => {
    const bits = fc.constantFrom(8, 32, 40, 96, 128, 256);
    const value = fc.oneof(fc.bigInt({ min: -2n, max: 1n << 257n }), fc.integer(), fc.bigInt({ min: 250n, max: 260n }));
    fc.assert(
      fc.property(bits, value, (width, number) => {
        expect(fits(`uint${width}`, number)).toBe(encodes(`uint${width}`, number));
      }),
    );
  });

  it('bytes have their length, or any', () => {
    const type = fc.constantFrom('bytes32', 'bytes', 'address', 'bytes4');
    const value = fc.oneof(
      hexOf(32),
      hexOf(20),
      hexOf(4),
      hexOf(0),
      hexOf(33),
      fc.constant('0x1'),
      fc.constant('0xzz'),
    );
    fc.assert(
      fc.property(type, value, (name, hex) => {
        expect(fits(name, hex)).toBe(encodes(name, hex));
      }),
    );
  });

  it('what is no value of its type is refused: text for truth, a lone number for a list, a struct that lacks a field', () => {
    for (const [type, value] of [
      ['bool', 'true'],
      ['string', 1],
      ['uint8[]', 1],
      ['uint8[2]', [1, 2, 3]],
      ['uint8', '1'],
      ['uint8', 1.5],
      ['address', null],
    ] as const) {
      expect(fits(type, value), type).toBe(false);
    }
    const { inputs = [] } = itemOf(policyManagerAbi, 'function', 'createPolicy');
    expect(() => fitAll(inputs, [{ salt: `0x${'11'.repeat(32)}` }, { tag: '0x', envelope: '0x' }], 'x')).toThrow(
      ChainError,
    );
    expect(() => fitAll(inputs, [1], 'createPolicy')).toThrow('takes 2 values');
    expect(() => itemOf(policyManagerAbi, 'function', 'steal')).toThrow('no function named steal');
  });

  it('addresses come out in lower case, numbers as bigint', () => {
    expect(fitValue({ type: 'address' }, `0x${'Ab'.repeat(20)}`)).toBe(`0x${'ab'.repeat(20)}`);
    expect(fitValue({ type: 'uint32' }, 7)).toBe(7n);
    expect(fitAll([{ name: '', type: 'uint8[2]' }], [[1, 2]], 'f')).toEqual({ 0: [1n, 2n] });
  });

  it('refusals begin with the selector of their error', () => {
    for (const abi of [policyManagerAbi, minerEscrowAbi]) {
      for (const { type, name = '' } of abi as readonly { type: string; name?: string }[]) {
        if (type !== 'error') continue;
        const known = new Interface(abi as unknown as InterfaceAbi).getError(name);
        expect(selectorOf(itemOf(abi, 'error', name)), name).toBe(known?.selector);
      }
    }
    expect(codec.getError('NotOwner')?.selector).toMatch(/^0x[0-9a-f]{8}$/);
  });
});
