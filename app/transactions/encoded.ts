/** A call as the bytes that a contract gets. viem is loaded when the first is made. */
import type { ContractCall, Hex } from 'dintel/chain';
import type { Abi } from 'viem';

export async function encoded({ abi, function: functionName, args }: ContractCall): Promise<Hex> {
  const { encodeFunctionData } = await import('viem');
  return encodeFunctionData({ abi: abi as Abi, functionName, args });
}
