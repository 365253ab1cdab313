'use client';

import { useBlockNumber } from 'wagmi';

/** The newest block as this page knows it. */
export interface Head {
  readonly block: number | undefined;
  /** The chain has stopped answering. */
  readonly behind: boolean;
  /** When it answered last, milliseconds since 1970; 0 if it never has. */
  readonly seenAt: number;
}

export function useHead(): Head {
  const { data, isError, dataUpdatedAt } = useBlockNumber({ query: { refetchInterval: 2_000, retry: false } });
  return { block: data === undefined ? undefined : Number(data), behind: isError, seenAt: dataUpdatedAt };
}
