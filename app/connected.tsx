'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type Config, WagmiProvider } from 'wagmi';
import type { Me } from './session/me';
import { Person } from './session/Person';
import type { SiteConfig } from './siteConfig';
import { wagmiConfig } from './wallet/wagmiConfig';

/** What stands on wagmi. */
export interface Connected {
  readonly site: SiteConfig;
  readonly wagmi: Config;
  readonly queries: QueryClient;
  /** Keeps what lives as long as the page: the wallet's connection, the cache, the person. Shows nothing. */
  readonly keeper: ReactNode;
}

/** wagmi and the query cache for one network; `onMe` hears who is here. Loaded after the first paint, by `Providers` alone. */
export function connect(site: SiteConfig, onMe: (me: Me) => void): Connected {
  const wagmi = wagmiConfig(site);
  const queries = new QueryClient({ defaultOptions: { queries: { retry: 1 } } });
  // One element for ever: WagmiProvider asks the last wallet again whenever it renders.
  const keeper = (
    <WagmiProvider config={wagmi}>
      <QueryClientProvider client={queries}>
        <Person site={site} onMe={onMe} />
      </QueryClientProvider>
    </WagmiProvider>
  );
  return { site, wagmi, queries, keeper };
}
