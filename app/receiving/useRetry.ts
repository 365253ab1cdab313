'use client';

import { useEffect, useState } from 'react';
import { isRetryable } from '../errors/sentence';
import { useNow } from '../hooks/useNow';
import type { Retrieval } from './useRetrieval';

/** Seconds between attempts that nobody asked for; after the last the reader decides. */
const waits = [10, 20, 40, 60] as const;

/**
 * Asks again by itself what time can mend. `seconds`: until the next attempt, undefined if there will be none. Verified answers are kept
 * by the worker, so that each attempt asks only for what is missing.
 */
export function useRetry(
  retrieval: Retrieval,
  again: () => unknown,
): { readonly seconds: number | undefined; readonly stop: () => void } {
  const [round, setRound] = useState(0);
  const [at, setAt] = useState<number>();
  const now = useNow(1_000, at !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: decided once for each end of a retrieval.
  useEffect(() => {
    const { state } = retrieval;
    const wait = state === 'failed' && isRetryable(retrieval.error) ? waits[round] : undefined;
    setAt(wait === undefined ? undefined : Date.now() + wait * 1_000);
    if (state === 'opened' || state === 'idle') setRound(0);
  }, [retrieval]);
  useEffect(() => {
    if (at === undefined || now < at) return;
    setAt(undefined);
    setRound(round + 1);
    again();
  }, [at, now, round, again]);
  return {
    seconds: at === undefined ? undefined : Math.max(1, Math.ceil((at - now) / 1_000)),
    stop: () => setAt(undefined),
  };
}
