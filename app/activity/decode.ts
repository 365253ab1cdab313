/**
 * What a transaction asks of the contracts, and what a signature says, in names and values instead of bytes.
 *
 * Owns: telling the contract, the function and its arguments; flattening structs. Owns not: fetching (`useDetails`), how it looks.
 */
import {
  type Address,
  adjudicatorAbi,
  type Deployment,
  dintelTokenAbi,
  type Hex,
  keyRegistryAbi,
  minerEscrowAbi,
  policyManagerAbi,
} from 'dintel/chain';
import { type Abi, decodeFunctionData } from 'viem';

/** One argument under its path, e.g. `terms.rate`; lists are one argument. */
export interface Argument {
  readonly name: string;
  readonly value: string;
}

export interface Decoded {
  /** Undefined: not a contract of this network. */
  readonly contract: ContractName | undefined;
  /** Undefined: money alone, or a call that this network does not know. */
  readonly name: string | undefined;
  readonly args: readonly Argument[];
}

const abis = {
  token: dintelTokenAbi,
  escrow: minerEscrowAbi,
  policyManager: policyManagerAbi,
  adjudicator: adjudicatorAbi,
  keyRegistry: keyRegistryAbi,
} as const satisfies Readonly<Record<string, Abi>>;
export type ContractName = keyof typeof abis;

/** Which contract of the network this is. */
export const contractAt = (deployment: Deployment, address: Address): ContractName | undefined =>
  (Object.keys(abis) as ContractName[]).find((name) => deployment[name].toLowerCase() === address.toLowerCase());

/** The call in a transaction's data. Never throws: what cannot be read has no name. */
export function decodeCall(deployment: Deployment, to: Address, data: Hex): Decoded {
  const contract = contractAt(deployment, to);
  if (contract === undefined || data.length < 10) return { contract, name: undefined, args: [] };
  const abi = abis[contract] as Abi;
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data });
    const inputs = abi.find((item) => item.type === 'function' && item.name === functionName);
    const parameters = inputs?.type === 'function' ? inputs.inputs : [];
    const named = args.map((value, place) => [parameters[place]?.name || `${place}`, value] as const);
    return { contract, name: functionName, args: named.flatMap(([name, value]) => flat(name, value)) };
  } catch {
    return { contract, name: undefined, args: [] };
  }
}

/** The message of typed data, as it lies in the list. */
export const decodeMessage = (message: Readonly<Record<string, unknown>>): readonly Argument[] =>
  Object.entries(message).flatMap(([name, value]) => flat(name, value));

/** A struct's fields under its name; bytes longer than a word by their beginning and length. */
function flat(name: string, value: unknown): readonly Argument[] {
  if (Array.isArray(value)) {
    const parts = value.map((one) => flat('', one).map((argument) => argument.value));
    return [{ name, value: parts.map((part) => part.join(' ')).join(', ') }];
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([inner, one]) => flat(name === '' ? inner : `${name}.${inner}`, one));
  }
  const text = String(value);
  const long = /^0x[0-9a-f]*$/i.test(text) && text.length > 66;
  return [{ name, value: long ? `${text.slice(0, 18)}… (${text.length / 2 - 1} bytes)` : text }];
}
