/** EIP-712 types of spec section 4, read from the shared vectors, so that a test signs what the specification says. */
import { readFileSync } from 'node:fs';
import type { TypedDataField, Wallet } from 'ethers';

interface TypedVectors {
  readonly types: readonly { structure: string; type: string; typeHash: string }[];
}

export const readVectors = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8')) as T;

const vectors = readVectors<TypedVectors>('typed');

/** `Ack(bytes32 policyId,…)` as ethers wants it. */
export function fieldsOf(structure: string): TypedDataField[] {
  const found = vectors.types.find((one) => one.structure === structure);
  if (found === undefined) throw new Error(`no structure ${structure}`);
  const inner = found.type.slice(found.type.indexOf('(') + 1, -1);
  return inner.split(',').map((field) => {
    const [type, name] = field.split(' ');
    return { type: type as string, name: name as string };
  });
}

export const domainOf = (verifyingContract: string, chainId = 31337) => ({
  name: 'Dintel',
  version: '1',
  chainId,
  verifyingContract,
});

/** Sign one structure for one contract of the test chain. */
export const signStructure = (
  wallet: Wallet,
  structure: string,
  verifyingContract: string,
  message: Record<string, unknown>,
  chainId?: number,
): Promise<string> =>
  wallet.signTypedData(domainOf(verifyingContract, chainId), { [structure]: fieldsOf(structure) }, message);
