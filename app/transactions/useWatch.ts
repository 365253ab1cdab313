'use client';

import { useEffect } from 'react';
import { useLanguage } from '../i18n/useText';
import { useSite } from '../providers';
import { follow } from './follow';
import { tracked } from './store';

/** After a reload, goes on with what was sent before it. */
export function useWatch(): void {
  const site = useSite();
  const [language] = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each network; the words are those of that moment.
  useEffect(() => {
    const { chainId } = site.deployment;
    const open = tracked().filter((one) => one.stage === 'sent' && one.chainId === chainId);
    if (open.length === 0) return;
    void (async () => {
      const { viemReader } = await import('dintel/chain/viem');
      const reader = await viemReader({ rpcUrl: site.rpcUrl, chainId });
      for (const { id, hash } of open) {
        if (hash !== undefined)
          void follow(id, reader.transaction(hash, []), { rpcUrl: site.rpcUrl, language }).catch(() => {});
      }
    })().catch(() => {});
  }, [site]);
}
