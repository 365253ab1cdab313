/**
 * Solidity's ABI without a library, for pages that have none: `eip1193.ts` stands on it.
 *
 * Owns: encoding and decoding of the types that contracts here use and any other of the elementary ones (fixed-point numbers and
 * function types excepted). Owns not: ABIs (JSON, as `codec.ts` describes it), what values mean.
 * Source: Solidity documentation, "Contract ABI Specification" (formal encoding, events, errors).
 *
 * Decoding is bounded by the bytes that came: an offset or a length that points outside is refused before anything is allocated.
 */
import { concatBytes, utf8 } from '../protocol/bytes.ts';
import { keccakBytes } from '../protocol/hash.ts';
import { fromHex, toHex } from '../protocol/hex.ts';
import type { Abi, Hex } from './chain.ts';
import { type AbiItem, type AbiParameter, abiItem, type Codec } from './codec.ts';

const wordBytes = 32;
/** Lists inside lists and structs: deeper than any contract here, shallow enough for the stack. */
const maxDepth = 16;

/** Type as it stands in a signature: structs are their fields in brackets. */
function typeOf({ type, components = [] }: AbiParameter): string {
  return type.startsWith('tuple') ? `(${components.map(typeOf)})${type.slice(5)}` : type;
}

const hashes = new WeakMap<AbiItem, Hex>();

/** keccak of `name(types)`: an event's topic; its first four bytes are a function's or an error's selector. */
function signatureHash(item: AbiItem): Hex {
  let known = hashes.get(item);
  if (known === undefined) {
    known = toHex(keccakBytes(utf8(`${item.name}(${(item.inputs ?? []).map(typeOf)})`)));
    hashes.set(item, known);
  }
  return known;
}

const selectorOf = (item: AbiItem): Hex => signatureHash(item).slice(0, 10) as Hex;

/** What a list holds: `T[]` and `T[k]`; undefined if it is none. */
function listOf(
  parameter: AbiParameter,
): { readonly inner: AbiParameter; readonly count: number | undefined } | undefined {
  const found = /^(.*)\[(\d*)\]$/.exec(parameter.type);
  if (!found) return undefined;
  const [, type = '', count = ''] = found;
  return { inner: { ...parameter, type }, count: count === '' ? undefined : Number(count) };
}

function isDynamic(parameter: AbiParameter): boolean {
  const list = listOf(parameter);
  if (list) return list.count === undefined || isDynamic(list.inner);
  if (parameter.type === 'tuple') return (parameter.components ?? []).some(isDynamic);
  return parameter.type === 'bytes' || parameter.type === 'string';
}

/** Bytes of a static type in its head. */
function headBytes(parameter: AbiParameter): number {
  if (isDynamic(parameter)) return wordBytes;
  const list = listOf(parameter);
  if (list) return (list.count ?? 0) * headBytes(list.inner);
  if (parameter.type === 'tuple') return (parameter.components ?? []).reduce((sum, one) => sum + headBytes(one), 0);
  return wordBytes;
}

function wrong(type: string, why: string): never {
  throw new RangeError(`${type}: ${why}`);
}

const wordOf = (value: bigint): Uint8Array => fromHex(`0x${BigInt.asUintN(256, value).toString(16).padStart(64, '0')}`);

/** Padded with zeros behind, to whole words. */
function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / wordBytes) * wordBytes);
  out.set(bytes);
  return out;
}

const bytesOf = (value: unknown, type: string, length?: number): Uint8Array => {
  const bytes = typeof value === 'string' ? fromHex(value.toLowerCase(), undefined, type) : wrong(type, 'expected hex');
  return length === undefined || bytes.length === length ? bytes : wrong(type, `expected ${length} bytes`);
};

function integer(type: string, value: unknown): bigint {
  const number = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof number !== 'bigint') return wrong(type, 'expected an integer');
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 256);
  const [least, most] = type.startsWith('u')
    ? [0n, 1n << BigInt(bits)]
    : [-(1n << BigInt(bits - 1)), 1n << BigInt(bits - 1)];
  return number >= least && number < most ? number : wrong(type, 'out of range');
}

function encodeOne(parameter: AbiParameter, value: unknown): Uint8Array {
  const { type } = parameter;
  const list = listOf(parameter);
  if (list) {
    if (!Array.isArray(value)) return wrong(type, 'expected a list');
    if (list.count !== undefined && value.length !== list.count) return wrong(type, `expected ${list.count} items`);
    const items = encodeAll(
      Array.from(value, () => list.inner),
      value,
    );
    return list.count === undefined ? concatBytes(wordOf(BigInt(value.length)), items) : items;
  }
  if (type === 'tuple') {
    const fields = parameter.components ?? [];
    if (value === null || typeof value !== 'object') return wrong(type, 'expected a struct');
    const named = value as Record<string, unknown>;
    return encodeAll(fields, Array.isArray(value) ? value : fields.map(({ name = '' }) => named[name]));
  }
  if (/^u?int\d*$/.test(type)) return wordOf(integer(type, value));
  if (type === 'bool')
    return typeof value === 'boolean' ? wordOf(value ? 1n : 0n) : wrong(type, 'expected true or false');
  if (type === 'address') return concatBytes(new Uint8Array(12), bytesOf(value, type, 20));
  if (type === 'string') {
    const bytes = typeof value === 'string' ? utf8(value) : wrong(type, 'expected text');
    return concatBytes(wordOf(BigInt(bytes.length)), padded(bytes));
  }
  if (type === 'bytes') {
    const bytes = bytesOf(value, type);
    return concatBytes(wordOf(BigInt(bytes.length)), padded(bytes));
  }
  const fixed = /^bytes(\d+)$/.exec(type);
  return fixed ? padded(bytesOf(value, type, Number(fixed[1]))) : wrong(type, 'unknown type');
}

/** Heads in a row, then the tails that they point to. */
function encodeAll(parameters: readonly AbiParameter[], values: readonly unknown[]): Uint8Array {
  if (values.length !== parameters.length) wrong('arguments', `expected ${parameters.length}, got ${values.length}`);
  let tailAt = parameters.reduce((sum, one) => sum + headBytes(one), 0);
  const heads: Uint8Array[] = [];
  const tails: Uint8Array[] = [];
  for (const [place, parameter] of parameters.entries()) {
    const bytes = encodeOne(parameter, values[place]);
    if (!isDynamic(parameter)) {
      heads.push(bytes);
      continue;
    }
    heads.push(wordOf(BigInt(tailAt)));
    tails.push(bytes);
    tailAt += bytes.length;
  }
  return concatBytes(...heads, ...tails);
}

function wordAt(data: Uint8Array, at: number): bigint {
  if (at + wordBytes > data.length) wrong('data', `ends before ${at + wordBytes}`);
  return BigInt(toHex(data.subarray(at, at + wordBytes)));
}

/** A length or offset: never more than there are bytes. */
function countAt(data: Uint8Array, at: number): number {
  const value = wordAt(data, at);
  return value <= BigInt(data.length) ? Number(value) : wrong('data', 'points outside');
}

function cut(data: Uint8Array, at: number, length: number): Uint8Array {
  return at + length <= data.length ? data.subarray(at, at + length) : wrong('data', 'ends too early');
}

function decodeOne(parameter: AbiParameter, data: Uint8Array, at: number, depth: number): unknown {
  const { type } = parameter;
  if (depth > maxDepth) wrong(type, 'too deep');
  const list = listOf(parameter);
  if (list) {
    const count = list.count ?? countAt(data, at);
    const from = list.count === undefined ? at + wordBytes : at;
    // Before the list is made: each item has at least its head here.
    cut(data, from, count * headBytes(list.inner));
    return decodeAll(
      Array.from({ length: count }, () => list.inner),
      data.subarray(from),
      depth + 1,
    );
  }
  if (type === 'tuple') return decodeAll(parameter.components ?? [], data.subarray(at), depth + 1);
  if (type === 'bytes' || type === 'string') {
    const bytes = cut(data, at + wordBytes, countAt(data, at));
    // Text that is no UTF-8 is the contract's doing: it is shown with replacement signs, as libraries do.
    return type === 'bytes' ? toHex(bytes) : new TextDecoder().decode(bytes);
  }
  const word = wordAt(data, at);
  if (/^uint\d*$/.test(type)) return integer(type, word);
  if (/^int\d*$/.test(type)) return integer(type, BigInt.asIntN(256, word));
  if (type === 'bool') return word <= 1n ? word === 1n : wrong(type, 'neither 0 nor 1');
  if (type === 'address')
    return word >> 160n === 0n ? toHex(cut(data, at + 12, 20)) : wrong(type, 'more than 20 bytes');
  const fixed = /^bytes(\d+)$/.exec(type);
  return fixed ? toHex(cut(data, at, Number(fixed[1]))) : wrong(type, 'unknown type');
}

function decodeAll(parameters: readonly AbiParameter[], data: Uint8Array, depth = 0): unknown[] {
  let at = 0;
  return parameters.map((parameter) => {
    const from = isDynamic(parameter) ? countAt(data, at) : at;
    at += headBytes(parameter);
    return decodeOne(parameter, data, from, depth);
  });
}

const itemsOf = (abi: Abi, type: string): readonly AbiItem[] =>
  (abi as readonly AbiItem[]).filter((item) => item.type === type);

/** Throws `RangeError` for what does not fit, which `adapter.ts` turns into `chain.abi`. */
export const abiCodec: Codec = {
  encodeCall: (abi, name, args) => {
    const item = abiItem(abi, 'function', name);
    return `${selectorOf(item)}${toHex(encodeAll(item.inputs ?? [], args)).slice(2)}`;
  },
  decodeResult: (abi, name, data) =>
    decodeAll(abiItem(abi, 'function', name).outputs ?? [], fromHex(data.toLowerCase())),
  encodeTopic: (type, value) => {
    if (isDynamic({ type }) || listOf({ type })) wrong(type, 'cannot be searched for');
    return toHex(encodeOne({ type }, value));
  },
  eventTopic: (abi, name) => signatureHash(abiItem(abi, 'event', name)),
  decodeLog: (abi, log) => {
    const item = itemsOf(abi, 'event').find((one) => signatureHash(one) === log.topics[0]);
    if (item?.name === undefined) return undefined;
    const inputs = item.inputs ?? [];
    const plain = decodeAll(
      inputs.filter(({ indexed }) => !indexed),
      fromHex(log.data.toLowerCase()),
    );
    const topics = log.topics.slice(1);
    const values = inputs.map((input) => {
      if (!input.indexed) return plain.shift();
      const topic = topics.shift() ?? wrong(input.type, 'a topic is missing');
      // Of what has no fixed size only the hash is kept.
      return isDynamic(input) ? topic : decodeOne(input, fromHex(topic.toLowerCase(), wordBytes), 0, 0);
    });
    return { name: item.name, values };
  },
  decodeError: (abi, data) => {
    const item = itemsOf(abi, 'error').find((one) => selectorOf(one) === data.slice(0, 10));
    if (item?.name === undefined) return undefined;
    return { name: item.name, values: decodeAll(item.inputs ?? [], fromHex(`0x${data.slice(10).toLowerCase()}`)) };
  },
};
