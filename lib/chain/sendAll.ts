/**
 * Several acts of one account: together where its wallet can, else one after another. Owns: that choice. Owns not: how a wallet does it
 * (adapters). Source: EIP-5792.
 */
import type { Chain, ContractCall, MinedTransaction } from './chain.ts';
import { ChainError } from './errors.ts';

/**
 * Resolves when all are mined, with one transaction if they went together, else with one for each, in order. Throws the first refusal
 * (`ChainError`), with those before it done unless they went together; `chain.aborted`.
 */
export async function sendAll(
  chain: Chain,
  requests: readonly (ContractCall & { valueWei?: bigint })[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<MinedTransaction[]> {
  const signal = options.signal && { signal: options.signal };
  if (requests.length > 1) {
    const together = await chain.sendTogether?.(requests, signal);
    if (together) return [together];
  }
  const mined: MinedTransaction[] = [];
  for (const request of requests) {
    if (options.signal?.aborted) throw new ChainError('chain.aborted', 'The acts that are left were called off.');
    // Each is mined before the next is simulated: a later one may stand on an earlier one.
    mined.push(await (await chain.send(request)).wait(signal ?? {}));
  }
  return mined;
}
