/**
 * EIP-2612: a signature that lets the escrow take tokens, so that staking needs no approval of its own.
 *
 * Owns: the typed data and the taking apart of the signature. Owns not: who signs. Source: EIP-2612; contracts/DintelToken.sol.
 */
import type { Address, Chain, Hex, TypedData } from 'dintel/chain';
import { parseSignature } from 'viem';

/** What MinerEscrow.bondWithPermit takes. Units: deadline seconds. */
export interface Permit {
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
}

const tokenAbi = [
  { type: 'function', name: 'name', stateMutability: 'view', inputs: [], outputs: [{ type: 'string' }] },
  {
    type: 'function',
    name: 'nonces',
    stateMutability: 'view',
    inputs: [{ name: 'owner', type: 'address' }],
    outputs: [{ type: 'uint256' }],
  },
] as const;

/** The data to sign. */
function permitData(of: {
  readonly name: string;
  readonly chainId: number;
  readonly token: Address;
  readonly owner: Address;
  readonly spender: Address;
  readonly value: bigint;
  readonly nonce: bigint;
  readonly deadline: bigint;
}): TypedData {
  const { name, chainId, token, owner, spender, value, nonce, deadline } = of;
  return {
    domain: { name, version: '1', chainId: BigInt(chainId), verifyingContract: token },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner, spender, value, nonce, deadline },
  };
}

/** Asks the wallet for the signature. Throws `ChainError`: `chain.rejected` if its owner declines. */
export async function signPermit(
  chain: Chain,
  of: { readonly token: Address; readonly spender: Address; readonly value: bigint; readonly deadline: bigint },
): Promise<Permit> {
  const { token, spender, value, deadline } = of;
  const ask = (name: string, args: readonly unknown[]) =>
    chain.call({ to: token, abi: tokenAbi, function: name, args });
  const [name, nonce] = (await Promise.all([ask('name', []), ask('nonces', [chain.account])])) as [string, bigint];
  const data = permitData({
    name,
    chainId: chain.chainId,
    token,
    owner: chain.account,
    spender,
    value,
    nonce,
    deadline,
  });
  const { r, s, v, yParity } = parseSignature(await chain.signTypedData(data));
  return { deadline, r, s, v: Number(v ?? BigInt(yParity + 27)) };
}
