/**
 * What an adapter needs from an ABI library, and the one shape that decoded values take whoever decoded them.
 *
 * Owns: `Codec`, and `plain`, which turns a library's own value into ours guided by the ABI (integers bigint whatever
 * their width, addresses and bytes lower-case, structs plain objects). Owns not: encoding itself (ethers, viem).
 */
import type { Abi, Hex } from './chain.ts';
import { ChainError } from './errors.ts';

/** A parameter as JSON ABIs write it. */
export interface AbiParameter {
  readonly name?: string;
  readonly type: string;
  readonly indexed?: boolean;
  readonly components?: readonly AbiParameter[];
}

/** A function, event or error as JSON ABIs write it. */
export interface AbiItem {
  readonly type: string;
  readonly name?: string;
  readonly inputs?: readonly AbiParameter[];
  readonly outputs?: readonly AbiParameter[];
  readonly stateMutability?: string;
}

interface RawLog {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** Encoding and decoding by ABI; throws whatever its library throws, which `adapter.ts` turns into `chain.abi`. */
export interface Codec {
  encodeCall(abi: Abi, name: string, args: readonly unknown[]): Hex;
  /** One entry per output, values still in the library's own shape. */
  decodeResult(abi: Abi, name: string, data: Hex): readonly unknown[];
  /** The 32-byte topic of one value of a static type. */
  encodeTopic(type: string, value: unknown): Hex;
  eventTopic(abi: Abi, name: string): Hex;
  /** `undefined` if no event of the ABI has these topics. Values in the library's own shape, by place or by name. */
  decodeLog(abi: Abi, log: RawLog): { readonly name: string; readonly values: unknown } | undefined;
  decodeError(abi: Abi, data: Hex): { readonly name: string; readonly values: unknown } | undefined;
}

/** The item of that kind and name. Throws `chain.abi`, naming what is missing. */
export function abiItem(abi: Abi, type: 'function' | 'event' | 'error', name: string): AbiItem {
  for (const item of abi as readonly AbiItem[]) if (item.type === type && item.name === name) return item;
  throw new ChainError('chain.abi', `The ABI has no ${type} named ${name}.`);
}

export function hasItem(abi: Abi, type: 'function' | 'event' | 'error', name: string): boolean {
  return (abi as readonly AbiItem[]).some((item) => item.type === type && item.name === name);
}

export function eventNames(abi: Abi): string[] {
  return (abi as readonly AbiItem[]).flatMap((item) => (item.type === 'event' && item.name ? [item.name] : []));
}

/** A library's value in our shape. Shape: `value` is what the library made of a parameter of this type. */
export function plain(parameter: AbiParameter, value: unknown): unknown {
  const array = /^(.*)\[\d*\]$/.exec(parameter.type);
  if (array) {
    const inner = { ...parameter, type: array[1] as string };
    return Array.from(value as Iterable<unknown>, (item) => plain(inner, item));
  }
  if (parameter.type === 'tuple') return plainStruct(parameter.components ?? [], value);
  if (/^u?int/.test(parameter.type)) return BigInt(value as bigint | number);
  if (parameter.type === 'address' || parameter.type.startsWith('bytes')) return (value as string).toLowerCase();
  return value;
}

/** A struct by field name, from an object or from a list in order. Unnamed fields are numbered. */
export function plainStruct(parameters: readonly AbiParameter[], value: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  parameters.forEach((parameter, place) => {
    const name = parameter.name || String(place);
    const field = Array.isArray(value) ? (value as unknown[])[place] : (value as Record<string, unknown>)[name];
    result[name] = plain(parameter, field);
  });
  return result;
}
