'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { WagmiProvider } from 'wagmi';
import { MeProvider } from './session/me';
import { readSiteConfig, type SiteConfig } from './siteConfig';
import { wagmiConfig } from './wallet/wagmiConfig';

/** `undefined` while /dintel.json is on its way, a sentence when there is none. */
type Found = SiteConfig | string | undefined;
const Site = createContext<Found>(undefined);

/** What is known of the network so far: for the frame, which shows itself before. */
export const useSiteState = (): Found => useContext(Site);

/** The network this page shows. Only inside of `Ready`, which shows nothing else until it is known. */
export function useSite(): SiteConfig {
  const site = useContext(Site);
  if (site === undefined || typeof site === 'string') throw new Error('useSite is used outside of Ready');
  return site;
}

/** Reads which network to show, then gives wagmi and the query cache to everything below. */
export function Providers({ children }: { readonly children: ReactNode }) {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    readSiteConfig().then(setFound, (error: unknown) =>
      setFound(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  const known = typeof found === 'object';
  return (
    <Site.Provider value={found}>{known ? <Connected site={found}>{children}</Connected> : children}</Site.Provider>
  );
}

function Connected({ site, children }: { readonly site: SiteConfig; readonly children: ReactNode }) {
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
