'use client';

import { useQuery } from '@tanstack/react-query';
import { type Hex, httpRpc } from 'dintel/chain';
import { useSite } from '../providers';

/** Whether an account is a contract; undefined until it is known. Code that only points elsewhere (EIP-7702) is that of an account with a key. */
export function useIsContract(account: string | undefined): boolean | undefined {
  const { rpcUrl } = useSite();
  const { data: code } = useQuery({
    queryKey: ['code', rpcUrl, account],
    enabled: account !== undefined,
    staleTime: 60_000,
    queryFn: async () => (await httpRpc(rpcUrl).request('eth_getCode', [account, 'latest'])) as Hex,
  });
  return code === undefined ? undefined : code !== '0x' && !code.startsWith('0xef0100');
}
