'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { WagmiProvider } from 'wagmi';
import { MeProvider } from './session/MeProvider';
import type { SiteConfig } from './siteConfig';
import { wagmiConfig } from './wallet/wagmiConfig';

/** Gives wagmi, the query cache and the person to everything below. Loaded after the first paint, by `Providers` alone. */
export function Connected({ site, children }: { readonly site: SiteConfig; readonly children: ReactNode }) {
  const wagmi = useMemo(() => wagmiConfig(site), [site]);
  const queries = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: 1 } } }), []);
  return (
    <WagmiProvider config={wagmi}>
      <QueryClientProvider client={queries}>
        <MeProvider>{children}</MeProvider>
      </QueryClientProvider>
    </WagmiProvider>
  );
}
