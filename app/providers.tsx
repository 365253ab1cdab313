'use client';

import { type ComponentType, createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { readSiteConfig, type SiteConfig } from './siteConfig';

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

type Around = ComponentType<{ readonly site: SiteConfig; readonly children: ReactNode }>;

/**
 * Reads which network to show and, beside it, loads wagmi and the query cache, which everything inside of `Ready` stands on: what
 * stands outside (the frame, the front page) is on the screen before their bytes are.
 */
export function Providers({ children }: { readonly children: ReactNode }) {
  const [found, setFound] = useState<{ readonly site: Found; readonly Around?: Around }>({ site: undefined });
  useEffect(() => {
    Promise.all([readSiteConfig(), import('./connected')]).then(
      ([site, { Connected }]) => setFound({ site, Around: Connected }),
      (error: unknown) => setFound({ site: error instanceof Error ? error.message : String(error) }),
    );
  }, []);
  const { site, Around } = found;
  return (
    <Site.Provider value={site}>
      {typeof site === 'object' && Around !== undefined ? <Around site={site}>{children}</Around> : children}
    </Site.Provider>
  );
}
