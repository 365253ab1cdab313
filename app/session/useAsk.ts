'use client';

import { useQuery } from '@tanstack/react-query';
import { useMe } from './me';
import type { ArgsOf, Method, ResultOf } from './session';

/** What one's own worker says, kept fresh; waits until the keys are open. */
export function useAsk<M extends Method>(method: M, args: ArgsOf<M>, options: { readonly everyMs?: number } = {}) {
  const { session, keys } = useMe();
  const open = keys?.state === 'open' || keys?.state === 'demo';
  return useQuery({
    queryKey: ['me', method, session?.id, args],
    queryFn: ({ signal }) => session?.call(method, args, { signal, polled: true }) as Promise<ResultOf<M>>,
    enabled: session !== undefined && open,
    ...(options.everyMs !== undefined && { refetchInterval: options.everyMs }),
  });
}
