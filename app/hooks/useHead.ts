'use client';

import { useBlockNumber } from 'wagmi';

/** The newest block as this page knows it; `behind` when the chain has stopped answering. */
export function useHead(): { readonly block: number | undefined; readonly behind: boolean } {
  const { data, isError } = useBlockNumber({ query: { refetchInterval: 2_000, retry: false } });
  return { block: data === undefined ? undefined : Number(data), behind: isError };
}
