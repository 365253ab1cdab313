'use client';

import { useQuery } from '@tanstack/react-query';
import { httpRpc } from 'dintel/chain';
import { useEffect, useState } from 'react';
import { useSite } from '../providers';
import { useHead } from './useHead';
import { useStored } from './useStored';

/**
 * Whether a local chain has begun anew since this browser saw it last: its first block is another one, under the same chain id. Looked
 * at when the page opens, and whenever the newest block is an older one than before. It is noted for who has an account here only: a
 * passer-by has nothing to lose by it, and who has just forgotten everything is not remembered by a visit.
 */
export function useGenesis(account: string | undefined): { readonly anew: boolean; readonly understood: () => void } {
  const { rpcUrl, deployment } = useSite();
  const { block = 0 } = useHead();
  const [highest, setHighest] = useState(0);
  const [seen, setSeen] = useStored(`dintel.genesis.${deployment.chainId}`, (stored) => stored ?? '', '');
  const fell = block > 0 && block < highest;
  const genesis = useQuery({
    queryKey: ['genesis', rpcUrl, fell],
    queryFn: async () => {
      const first = (await httpRpc(rpcUrl).request('eth_getBlockByNumber', ['0x0', false])) as { hash: string } | null;
      return first?.hash ?? '';
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: hash = '' } = genesis;
  useEffect(() => {
    if (block > highest) setHighest(block);
  }, [block, highest]);
  useEffect(() => {
    if (account !== undefined && seen === '' && hash !== '') setSeen(hash);
  }, [account, seen, hash, setSeen]);
  return { anew: seen !== '' && hash !== '' && seen !== hash, understood: () => setSeen(hash) };
}
