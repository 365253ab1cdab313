/** Our ABI codec against ethers': the same bytes, the same values, and no bytes that break it. */
import { AbiCoder, Interface } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abiCodec } from '../../lib/chain/abiCodec.ts';
import { type AbiParameter, plain } from '../../lib/chain/codec.ts';
import { parseAbi } from '../../lib/chain/parseAbi.ts';

const hex = (bytes: Uint8Array): string =>
  `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max }).map(hex);

/** A type, and values of it. */
type Typed = readonly [AbiParameter, fc.Arbitrary<unknown>];
const leaf: fc.Arbitrary<Typed> = fc.constantFrom<Typed>(
  [{ type: 'uint256' }, fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })],
  [{ type: 'uint8' }, fc.bigInt({ min: 0n, max: 255n })],
  [{ type: 'int24' }, fc.bigInt({ min: -(2n ** 23n), max: 2n ** 23n - 1n })],
  [{ type: 'bool' }, fc.boolean()],
  [{ type: 'address' }, bytes(20)],
  [{ type: 'bytes16' }, bytes(16)],
  [{ type: 'bytes32' }, bytes(32)],
  [{ type: 'bytes' }, bytes(0, 70)],
  [{ type: 'string' }, fc.string({ unit: 'grapheme', maxLength: 40 })],
);
const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    leaf,
    fc.tuple(tie('typed'), fc.constantFrom(undefined, 0, 1, 3)).map(([[inner, value], count]): Typed => {
      const length = count === undefined ? { maxLength: 3 } : { minLength: count, maxLength: count };
      return [{ ...inner, type: `${inner.type}[${count ?? ''}]` }, fc.array(value, length)];
    }),
    fc.array(tie('typed'), { minLength: 1, maxLength: 3 }).map((fields): Typed => {
      const components = fields.map(([field], place) => ({ ...field, name: `f${place}` }));
      return [{ type: 'tuple', components }, fc.tuple(...fields.map(([, value]) => value))];
    }),
  ),
}));
const call = fc
  .array(typed, { maxLength: 4 })
  .chain((list) =>
    fc.tuple(
      fc.constant(list.map(([type], place) => ({ ...type, name: `a${place}` }))),
      fc.tuple(...list.map(([, value]) => value)),
    ),
  );

const itemsOf = (parameters: readonly AbiParameter[]) => [
  { type: 'function', name: 'f', inputs: parameters, outputs: parameters, stateMutability: 'view' },
  { type: 'error', name: 'E', inputs: parameters },
];
const values = (parameters: readonly AbiParameter[], list: readonly unknown[]) =>
  parameters.map((parameter, place) => plain(parameter, list[place]));

describe('abiCodec', () => {
  it('encodes and decodes as ethers does', () => {
    fc.assert(
      fc.property(call, ([parameters, args]) => {
        const abi = itemsOf(parameters);
        const theirs = new Interface(abi as never);
        const encoded = abiCodec.encodeCall(abi, 'f', args);
        expect(encoded).toBe(theirs.encodeFunctionData('f', args));
        const data = theirs.encodeFunctionResult('f', args) as `0x${string}`;
        expect(values(parameters, abiCodec.decodeResult(abi, 'f', data))).toEqual(values(parameters, args));
        const error = abiCodec.decodeError(abi, theirs.encodeErrorResult('E', args) as `0x${string}`);
        expect(error?.name).toBe('E');
        expect(values(parameters, error?.values as unknown[])).toEqual(values(parameters, args));
      }),
      { numRuns: 150 },
    );
  });

  it('reads events as ethers does', () => {
    const abi = parseAbi(
      'event Seen(address indexed who,bytes32 indexed id,uint40 small,string text,string indexed word)',
    );
    const theirs = new Interface(abi as never);
    const who = `0x${'ab'.repeat(20)}`;
    const args = [who, `0x${'11'.repeat(32)}`, 7n, 'text', 'word'];
    const log = theirs.encodeEventLog('Seen', args) as { topics: `0x${string}`[]; data: `0x${string}` };
    expect(abiCodec.eventTopic(abi, 'Seen')).toBe(log.topics[0]);
    expect(abiCodec.decodeLog(abi, log)).toEqual({ name: 'Seen', values: [who, args[1], 7n, 'text', log.topics[3]] });
    expect(abiCodec.decodeLog(abi, { ...log, topics: [`0x${'00'.repeat(32)}`] })).toBeUndefined();
    expect(() => abiCodec.decodeLog(abi, { ...log, topics: log.topics.slice(0, 2) })).toThrow(RangeError);
    for (const [type, value] of [
      ['address', who],
      ['uint32', 9n],
      ['bytes32', args[1]],
      ['int8', -1n],
      ['bool', true],
    ] as const)
      expect(abiCodec.encodeTopic(type, value)).toBe(AbiCoder.defaultAbiCoder().encode([type], [value]));
    expect(() => abiCodec.encodeTopic('string', 'x')).toThrow(RangeError);
  });

  it.each([
    ['uint8', 256n],
    ['uint8', -1n],
    ['int8', 128n],
    ['uint8', 1.5],
    ['uint8', '1'],
    ['bool', 1],
    ['address', '0x12'],
    ['bytes4', '0x112233'],
    ['bytes', 'text'],
    ['string', 7],
    ['uint8[2]', [1n]],
    ['uint8[]', 1n],
    ['fixed128x18', 1n],
  ])('refuses %s of %s', (type, value) => {
    expect(() => abiCodec.encodeCall(itemsOf([{ type }]), 'f', [value])).toThrow();
  });

  it('any bytes are values or a refusal, at once', () => {
    const abi = parseAbi(
      'function f() view returns ((uint256 a,bytes b,(string c,uint8[] d)[] e)[] x,string y,bool[3] z)',
    );
    const spoiled = fc
      .tuple(
        fc.uint8Array({ minLength: 32, maxLength: 400 }),
        fc.array(fc.tuple(fc.nat(11), fc.nat(400)), { maxLength: 6 }),
      )
      .map(([data, words]) => {
        // Small numbers where offsets and lengths stand, so that more than the first is reached.
        for (const [place, value] of words) {
          const at = place * 32;
          if (at + 32 > data.length) continue;
          data.fill(0, at, at + 30);
          data[at + 30] = value >> 8;
          data[at + 31] = value & 0xe0;
        }
        return hex(data) as `0x${string}`;
      });
    fc.assert(
      fc.property(spoiled, (data) => {
        try {
          abiCodec.decodeResult(abi, 'f', data);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
