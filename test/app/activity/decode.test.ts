/** What a transaction said, from its bytes: held against viem's encoder, over all functions of the five contracts. */
import {
  adjudicatorAbi,
  type Deployment,
  dintelTokenAbi,
  keyRegistryAbi,
  minerEscrowAbi,
  policyManagerAbi,
} from 'dintel/chain';
import { type Abi, type AbiParameter, encodeFunctionData } from 'viem';
import { describe, expect, it } from 'vitest';
import { contractAt, decodeCall, decodeMessage } from '../../../app/activity/decode.ts';

const at = (n: number): `0x${string}` => `0x${n.toString(16).padStart(40, '0')}`;
const deployment = {
  chainId: 31337,
  token: at(0xa1),
  escrow: at(0xa2),
  policyManager: at(0xa3),
  adjudicator: at(0xa4),
  keyRegistry: at(0xa5),
} as unknown as Deployment;

/** Some value of a parameter. */
function some(parameter: AbiParameter): unknown {
  const list = /^(.*)\[(\d*)\]$/.exec(parameter.type);
  if (list !== null) {
    const inner = { ...parameter, type: list[1] as string } as AbiParameter;
    return Array.from({ length: Number(list[2] || 2) }, () => some(inner));
  }
  if ('components' in parameter) {
    return Object.fromEntries(parameter.components.map((one) => [one.name ?? '', some(one)]));
  }
  if (parameter.type === 'address') return at(0xbeef);
  if (parameter.type === 'bool') return true;
  if (parameter.type === 'string') return 'words';
  if (parameter.type === 'bytes') return `0x${'ab'.repeat(100)}`;
  const bytes = /^bytes(\d+)$/.exec(parameter.type);
  if (bytes !== null) return `0x${'cd'.repeat(Number(bytes[1]))}`;
  return /^u?int(8|16|24|32|40|48)$/.test(parameter.type) ? 7 : 7n;
}

describe('a call', () => {
  it.each([
    ['token', dintelTokenAbi],
    ['escrow', minerEscrowAbi],
    ['policyManager', policyManagerAbi],
    ['adjudicator', adjudicatorAbi],
    ['keyRegistry', keyRegistryAbi],
  ] as const)('of %s says its function and each argument', (contract, abi) => {
    const functions = (abi as Abi).filter((item) => item.type === 'function');
    expect(functions.length).toBeGreaterThan(3);
    for (const { name, inputs } of functions) {
      const data = encodeFunctionData({
        abi: [{ type: 'function', name, inputs, outputs: [], stateMutability: 'view' }],
        args: inputs.map(some),
      } as never);
      const decoded = decodeCall(deployment, deployment[contract], data);
      expect(decoded, name).toMatchObject({ contract, name });
      expect(decoded.args.length, name).toBeGreaterThanOrEqual(inputs.length);
      for (const { value } of decoded.args)
        expect(value).toMatch(/^(7|true|words|0x[0-9a-f…]+( \(100 bytes\))?)([ ,].*)?$/i);
    }
  });

  it('names fields of structs by their path, and shortens what is long', () => {
    const { args } = decodeCall(
      deployment,
      deployment.policyManager,
      encodeFunctionData({
        abi: policyManagerAbi,
        functionName: 'settle',
        args: [
          `0x${'11'.repeat(32)}`,
          { index: 3n, node: at(5), fragment: `0x${'22'.repeat(32)}`, terms: `0x${'33'.repeat(32)}` },
          [],
        ],
      }),
    );
    expect(args).toEqual([
      { name: 'id', value: `0x${'11'.repeat(32)}` },
      { name: 'leaf.index', value: '3' },
      { name: 'leaf.node', value: expect.stringMatching(/5$/) },
      { name: 'leaf.fragment', value: `0x${'22'.repeat(32)}` },
      { name: 'leaf.terms', value: `0x${'33'.repeat(32)}` },
      { name: 'proof', value: '' },
    ]);
  });

  it('that it does not know has no name, and never throws', () => {
    const nothing = { contract: undefined, name: undefined, args: [] };
    expect(decodeCall(deployment, at(1), '0x')).toEqual(nothing);
    expect(decodeCall(deployment, at(1), '0xdeadbeef')).toEqual(nothing);
    for (const data of ['0x', '0x12', '0xdeadbeef', '0x2e1a7d4d00'] as const) {
      expect(decodeCall(deployment, deployment.escrow, data)).toEqual({ ...nothing, contract: 'escrow' });
    }
  });

  it('is of a contract whatever the case of its address', () => {
    expect(contractAt(deployment, deployment.escrow.toUpperCase().replace('0X', '0x') as `0x${string}`)).toBe('escrow');
  });
});

it('a signed message is shown field by field', () => {
  expect(decodeMessage({ owner: at(1), value: '5' })).toEqual([
    { name: 'owner', value: at(1) },
    { name: 'value', value: '5' },
  ]);
});
