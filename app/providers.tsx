'use client';

import { QueryClientContext } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { WagmiContext } from 'wagmi';
import type { Connected } from './connected';
import { type Me, MeContext } from './session/me';
import { readSiteConfig, type SiteConfig } from './siteConfig';
import { isFramed } from './standing/framed';

/** `undefined` while the network is on its way, a sentence when there is none. */
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

/**
 * Reads which network to show and, beside it, loads wagmi, the query cache and the person at this browser, on which everything inside of
 * `Ready` stands. What stands outside (the frame, the heads of pages) is on the screen before, and stays: they come into contexts that
 * were there from the beginning.
 */
export function Providers({ children }: { readonly children: ReactNode }) {
  const [connected, setConnected] = useState<Connected>();
  const [why, setWhy] = useState<string>();
  const [me, setMe] = useState<Me>();
  useEffect(() => {
    // Only a host's header can forbid framing; without it a framed page reads no network, and no key and no wallet is reached.
    if (isFramed()) return;
    Promise.all([readSiteConfig(), import('./connected')]).then(
      ([site, { connect }]) => setConnected(connect(site, setMe)),
      (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  return (
    <Site.Provider value={why ?? (me && connected?.site)}>
      <WagmiContext.Provider value={connected?.wagmi}>
        <QueryClientContext.Provider value={connected?.queries}>
          <MeContext.Provider value={me}>{children}</MeContext.Provider>
        </QueryClientContext.Provider>
      </WagmiContext.Provider>
      {connected?.keeper}
    </Site.Provider>
  );
}
