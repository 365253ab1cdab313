'use client';

import { useQueries } from '@tanstack/react-query';

/** Whether a node answered this browser, and in how many milliseconds. */
export interface Probe {
  readonly up: boolean;
  readonly ms: number;
}

/** Asks each node for `/healthz` every ten seconds, all side by side; a node that is not in the map has not been asked yet. */
export function useProbes(urls: readonly string[]): ReadonlyMap<string, Probe> {
  const results = useQueries({
    queries: urls.map((url) => ({
      queryKey: ['probe', url],
      refetchInterval: 10_000,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Probe> => {
        const started = performance.now();
        // The address comes from the chain, so from a stranger: only the web's own schemes are followed.
        const health = URL.parse('/healthz', url);
        if (health === null || !/^https?:$/.test(health.protocol)) return { up: false, ms: 0 };
        const limit = AbortSignal.any([signal, AbortSignal.timeout(3_000)]);
        const answer = await fetch(health, { signal: limit }).catch(() => undefined);
        return { up: answer?.ok === true, ms: Math.round(performance.now() - started) };
      },
    })),
  });
  const probes = new Map<string, Probe>();
  urls.forEach((url, index) => {
    const probe = results[index]?.data;
    if (probe !== undefined) probes.set(url, probe);
  });
  return probes;
}
