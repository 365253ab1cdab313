/**
 * Arguments as the ABI wants them, which a codec would check on the way to a real chain: bigint in range, lower-case hex of the
 * right length, structs as plain objects by field name. Owns: that judgement. Owns not: bytes of the ABI, which nobody needs here.
 */
import { type Abi, ChainError, type Hex } from '../chain/index.ts';
import { isHex, keccakBytes, toHex, utf8 } from '../protocol/index.ts';

/** A parameter as JSON ABIs write it. */
export interface Parameter {
  readonly name?: string;
  readonly type: string;
  readonly indexed?: boolean;
  readonly components?: readonly Parameter[];
}

/** A function, event or error as JSON ABIs write it. */
export interface Item {
  readonly type: string;
  readonly name?: string;
  readonly stateMutability?: string;
  readonly inputs?: readonly Parameter[];
  readonly outputs?: readonly Parameter[];
}

/** Undefined if the ABI has none. */
export function findItem(abi: Abi, type: 'function' | 'event' | 'error', name: string): Item | undefined {
  return (abi as readonly Item[]).find((item) => item.type === type && item.name === name);
}

/** Throws `chain.abi` if the ABI has none. */
export function itemOf(abi: Abi, type: 'function' | 'event' | 'error', name: string): Item {
  const item = findItem(abi, type, name);
  if (item === undefined) throw new ChainError('chain.abi', `The ABI has no ${type} named ${name}.`);
  return item;
}

const canonical = ({ type, components }: Parameter): string =>
  type.startsWith('tuple') ? `(${(components ?? []).map(canonical).join(',')})${type.slice(5)}` : type;

/** The first four bytes of a refusal by this custom error. */
export function selectorOf(error: Item): Hex {
  const text = `${error.name}(${(error.inputs ?? []).map(canonical).join(',')})`;
  return toHex(keccakBytes(utf8(text)).subarray(0, 4));
}

const misfit = (what: string): ChainError => new ChainError('chain.abi', `The arguments do not fit: ${what}.`);

/** The value in the shape that the door gives and takes. Throws `chain.abi`. */
export function fitValue(parameter: Parameter, value: unknown): unknown {
  const { type, components = [] } = parameter;
  const name = parameter.name ?? type;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array) {
    const size = array[2];
    if (!Array.isArray(value) || (size !== '' && value.length !== Number(size))) throw misfit(`${name} is ${type}`);
    return value.map((one) => fitValue({ ...parameter, type: array[1] as string }, one));
  }
  if (type === 'tuple') return fitAll(components, value, name);
  const whole = /^uint(\d+)$/.exec(type);
  if (whole) return fitUint(value, Number(whole[1]), name);
  if (type === 'bool' || type === 'string') {
    if (typeof value !== (type === 'bool' ? 'boolean' : 'string')) throw misfit(`${name} is ${type}`);
    return value;
  }
  const length = type === 'bytes' ? undefined : type === 'address' ? 20 : Number(type.slice(5));
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (!isHex(text, length)) throw misfit(`${name} is ${type}`);
  return text;
}

function fitUint(value: unknown, bits: number, name: string): bigint {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw misfit(`${name} is uint${bits}`);
  const whole = BigInt(value as bigint | number);
  if (whole < 0n || whole >> BigInt(bits) !== 0n) throw misfit(`${name} is uint${bits}`);
  return whole;
}

/** Values by parameter name, from an object or a list in order. Throws `chain.abi`. */
export function fitAll(
  parameters: readonly Parameter[],
  values: unknown,
  where: string,
): Readonly<Record<string, unknown>> {
  if (typeof values !== 'object' || values === null) throw misfit(`${where} is a struct`);
  if (Array.isArray(values) && values.length !== parameters.length) {
    throw misfit(`${where} takes ${parameters.length} values`);
  }
  return Object.fromEntries(
    parameters.map((parameter, place) => {
      const name = parameter.name || String(place);
      const value: unknown = Array.isArray(values) ? values[place] : (values as Record<string, unknown>)[name];
      return [name, fitValue(parameter, value)];
    }),
  );
}
