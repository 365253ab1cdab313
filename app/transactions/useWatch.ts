'use client';

import type { Hex } from 'dintel/chain';
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
    const open = tracked().filter(
      (one) => (one.stage === 'sent' || one.stage === 'proposed') && one.chainId === chainId,
    );
    if (open.length === 0) return;
    void (async () => {
      const { viemReader } = await import('dintel/chain/viem');
      const reader = await viemReader({ rpcUrl: site.rpcUrl, chainId });
      const transaction = (hash: Hex) => reader.transaction(hash, []);
      for (const { id, hash, proposal } of open) {
        if (hash === undefined) continue;
        void follow(id, transaction(hash), { rpcUrl: site.rpcUrl, language, proposal, transaction }).catch(() => {});
      }
    })().catch(() => {});
  }, [site]);
}
