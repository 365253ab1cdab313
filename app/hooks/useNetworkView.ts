'use client';

import { viemReader } from 'dintel/chain/viem';
import { useEffect, useState } from 'react';
import { NetworkFold } from '../networkFold';
import type { NetworkView } from '../networkView';
import { useSite } from '../providers';

/** How often the head is asked for, in milliseconds. */
const pollMs = 1_500;

/** The network at the newest block, kept up to date; `fault` says in a sentence why it is not. */
export function useNetworkView(): { readonly view: NetworkView | undefined; readonly fault: string | undefined } {
  const site = useSite();
  const [view, setView] = useState<NetworkView>();
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let fold: NetworkFold | undefined;
    const read = async () => {
      try {
        fold ??= new NetworkFold(
          await viemReader({ rpcUrl: site.rpcUrl, chainId: site.deployment.chainId }),
          site.deployment,
        );
        const next = await fold.advance();
        if (over) return;
        setView(next);
        setFault(undefined);
      } catch {
        if (!over) setFault('The chain does not answer.');
      }
      if (!over) timer = setTimeout(() => void read(), pollMs);
    };
    void read();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [site]);
  return { view, fault };
}
