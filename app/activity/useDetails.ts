'use client';

import { useQuery } from '@tanstack/react-query';
import { type Address, type Hex, httpRpc } from 'dintel/chain';
import { useSite } from '../providers';
import { type Decoded, decodeCall } from './decode';

/** What the chain says of a transaction. Units: wei. */
export interface Details {
  readonly decoded: Decoded;
  readonly to: Address | undefined;
  readonly valueWei: bigint;
  /** What it cost, once it was mined. */
  readonly feeWei: bigint | undefined;
}

interface RawTransaction {
  readonly to: Address | null;
  readonly input: Hex;
  readonly value: Hex;
}
interface RawReceipt {
  readonly gasUsed: Hex;
  readonly effectiveGasPrice: Hex;
}

/** A transaction's details from the chain; null where the chain does not know it. */
export function useDetails(hash: Hex, stage: string) {
  const { rpcUrl, deployment } = useSite();
  return useQuery({
    queryKey: ['details', hash, stage],
    queryFn: async (): Promise<Details | null> => {
      const rpc = httpRpc(rpcUrl);
      const [sent, receipt] = await Promise.all([
        rpc.request('eth_getTransactionByHash', [hash]) as Promise<RawTransaction | null>,
        rpc.request('eth_getTransactionReceipt', [hash]) as Promise<RawReceipt | null>,
      ]);
      if (sent === null) return null;
      return {
        decoded: decodeCall(deployment, sent.to ?? '0x', sent.input),
        to: sent.to ?? undefined,
        valueWei: BigInt(sent.value),
        feeWei: receipt === null ? undefined : BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice),
      };
    },
  });
}
