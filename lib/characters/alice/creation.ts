/**
 * Where on the chain a policy was created, by its event. Owns: that search, whatever distance the RPC takes. Owns not: what follows
 * from it. Source: protocol.md section 5.2.
 */
import type { ChainReader } from '../../chain/chain.ts';
import { searchLogs } from '../../chain/logs.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Network } from '../network.ts';

/** Blocks that are searched before all others: what one asks for was mostly created a moment ago. */
const recentBlocks = 5_000n;

/**
 * Undefined if there is none. `near`: the block where it was last seen, which a re-organisation may have changed.
 * Throws `ChainError`, `chain.aborted` among them.
 */
export async function creationOf(
  network: Network<ChainReader>,
  policyId: Hex,
  options: { readonly near?: bigint | undefined; readonly signal?: AbortSignal | undefined } = {},
) {
  const { policyManager, chain, deployment } = network;
  const first = BigInt(deployment.deployedBlock);
  const { blockNumber: head } = await network.now();
  const near = options.near ?? head - recentBlocks;
  const from = near < first ? first : near > head ? head : near;
  for (const [fromBlock, toBlock] of [
    [from, head],
    [first, from - 1n],
  ] as const) {
    const { address, abi } = policyManager;
    const about = { addresses: [address], abi, event: 'PolicyCreated', indexed: { id: policyId }, fromBlock, toBlock };
    for await (const { logs } of searchLogs(chain, { ...about, ...(options.signal && { signal: options.signal }) })) {
      for (const log of logs) {
        const event = policyManager.decode(log);
        if (event.event === 'PolicyCreated') return event;
      }
    }
  }
  return undefined;
}
