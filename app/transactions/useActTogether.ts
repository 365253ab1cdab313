'use client';

import type { ContractCall, MinedTransaction } from 'dintel/chain';
import { useCallback } from 'react';
import { useConfig } from 'wagmi';
import { getWalletClient } from 'wagmi/actions';
import { sentenceOfError } from '../errors/sentence';
import { useLanguage } from '../i18n/useText';
import { useSite } from '../providers';
import { stageOf } from './follow';
import { track } from './store';

/** Several acts that are one for people: its name, and the calls in their order. */
export interface ActTogether {
  readonly title: string;
  readonly requests: readonly ContractCall[];
}

/**
 * Several calls as one question to the connected wallet and one transaction, all or none, where it offers that (EIP-5792). Resolves when
 * it is mined; with undefined, and nothing asked, where the wallet does not. Throws `ChainError` after the tray has said why.
 */
export function useActTogether(): (act: ActTogether) => Promise<MinedTransaction | undefined> {
  const config = useConfig();
  const site = useSite();
  const [language] = useLanguage();
  return useCallback(
    async ({ title, requests }) => {
      const { rpcUrl } = site;
      const { chainId } = site.deployment;
      const wallet = await getWalletClient(config);
      const { address: account } = wallet.account;
      const id = crypto.randomUUID();
      let isAsked = false;
      // Whether it offers this is known only when it is asked.
      const request = (ask: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown> => {
        if (ask.method === 'wallet_sendCalls') {
          isAsked = true;
          const to = requests.at(-1)?.to;
          track({ id, title, chainId, account, stage: 'sign', at: Date.now(), ...(to && { to, valueWei: '0' }) });
        }
        return wallet.request(ask as never);
      };
      const { eip1193Chain } = await import('dintel/chain/eip1193');
      try {
        const chain = await eip1193Chain({ provider: { request }, account, chainId, source: { rpcUrl, chainId } });
        const mined = await chain.sendTogether?.(requests);
        if (mined) track({ id, stage: 'mined', hash: mined.hash, block: Number(mined.blockNumber) });
        return mined;
      } catch (error) {
        if (isAsked) track({ id, stage: stageOf(error, false), why: sentenceOfError(error, language) });
        throw error;
      }
    },
    [config, site, language],
  );
}
