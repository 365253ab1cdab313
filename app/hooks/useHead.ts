'use client';

import { useQuery } from '@tanstack/react-query';
import { httpRpc } from 'dintel/chain';
import { useSite } from '../providers';

/** The newest block as this page knows it; `behind` when the chain has stopped answering. */
export function useHead(): { readonly block: number | undefined; readonly behind: boolean } {
  const { rpcUrl } = useSite();
  const { data, isError } = useQuery({
    queryKey: ['head', rpcUrl],
    queryFn: async () => Number(await httpRpc(rpcUrl).request('eth_blockNumber', [])),
    refetchInterval: 2_000,
    retry: false,
  });
  return { block: data, behind: isError };
}
