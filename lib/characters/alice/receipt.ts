/** What was paid for a policy, read back from the chain. Owns: that reading. Source: protocol.md sections 1 (billing) and 5.2. */
import type { ChainReader } from '../../chain/chain.ts';
import { checkSignal } from '../../protocol/streams.ts';
import type { Network } from '../network.ts';
import { creationOf } from './creation.ts';
import type { GrantReceipt } from './grant.ts';
import type { GrantRecord } from './grantRecord.ts';

/** Undefined as long as the policy is not on chain. Throws `ChainError`, ABORTED. */
export async function receiptOf(
  network: Network<ChainReader>,
  { policyId, createdBlock }: Pick<GrantRecord, 'policyId' | 'createdBlock'>,
  signal: AbortSignal | undefined,
): Promise<GrantReceipt | undefined> {
  const { policyManager, chain } = network;
  checkSignal(signal);
  const created = await creationOf(network, policyId, { near: createdBlock, signal });
  if (created === undefined) return undefined;
  const { transactionHash, blockNumber } = created;
  const { gasUsed, feeWei, logs } = await chain
    .transaction(transactionHash, policyManager.abi)
    .wait(signal && { signal });
  const { rate, shares, start, end } = created.args;
  return {
    policyId,
    transactionHash,
    blockNumber,
    gasUsed,
    feeWei,
    depositWei: rate * BigInt(shares) * BigInt(end - start + 1),
    start,
    end,
    policies: logs.filter(({ event, address }) => event === 'PolicyCreated' && address === policyManager.address)
      .length,
  };
}
