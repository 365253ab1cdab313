'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { WagmiProvider } from 'wagmi';
import { Notice } from './components/Notice';
import { readSiteConfig, type SiteConfig } from './siteConfig';
import { wagmiConfig } from './wagmiConfig';

const Site = createContext<SiteConfig | undefined>(undefined);

/** The network this page shows. Only below {@link Providers}, which shows nothing else until it is known. */
export function useSite(): SiteConfig {
  const site = useContext(Site);
  if (site === undefined) throw new Error('useSite is used outside of Providers');
  return site;
}

/** Reads which network to show, then gives wagmi and the query cache to everything below. */
export function Providers({ children }: { readonly children: ReactNode }) {
  const [site, setSite] = useState<SiteConfig>();
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    readSiteConfig().then(setSite, (error: unknown) =>
      setFault(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  if (fault !== undefined) return <Notice title="No network to show">{fault}</Notice>;
  if (site === undefined) return <Notice title="One moment">Finding the network …</Notice>;
  return (
    <Site.Provider value={site}>
      <Connected site={site}>{children}</Connected>
    </Site.Provider>
  );
}

function Connected({ site, children }: { readonly site: SiteConfig; readonly children: ReactNode }) {
  const wagmi = useMemo(() => wagmiConfig(site), [site]);
  const queries = useMemo(() => new QueryClient(), []);
  return (
    <WagmiProvider config={wagmi}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </WagmiProvider>
  );
}
