'use client';

import type { Chain, MinedTransaction, SentTransaction } from 'dintel/chain';
import { useCallback } from 'react';
import { useConfig } from 'wagmi';
import { getConnection, getWalletClient } from 'wagmi/actions';
import { sentenceOfError } from '../errors/sentence';
import { useLanguage } from '../i18n/useText';
import { useSite } from '../providers';
import { follow, stageOf } from './follow';
import { track } from './store';

/** One act on chain: its name for people and what sends it. Agents of `dintel/chain` simulate before the wallet is asked. */
export interface Act {
  readonly title: string;
  readonly send: (chain: Chain) => Promise<SentTransaction>;
}

/**
 * Acts on chain by the connected wallet, with its place in the tray from the trial run to the end. Resolves when it is mined;
 * throws `ChainError` after the tray has said why.
 */
export function useAct(): (act: Act) => Promise<MinedTransaction> {
  const config = useConfig();
  const site = useSite();
  const [language] = useLanguage();
  return useCallback(
    async ({ title, send }) => {
      const id = crypto.randomUUID();
      const { chainId } = site.deployment;
      const chain = await connectedChain(config, site);
      track({ id, title, chainId, account: chain.account, stage: 'sign', at: Date.now() });
      const shown: Chain = {
        ...chain,
        send: (request) => {
          track({ id, to: request.to, valueWei: String(request.valueWei ?? 0n) });
          return chain.send(request);
        },
      };
      const sent = await send(shown).catch((error: unknown) => {
        track({ id, stage: stageOf(error, false), why: sentenceOfError(error, language) });
        throw error;
      });
      return follow(id, sent, { rpcUrl: site.rpcUrl, language });
    },
    [config, site, language],
  );
}

/** The connected wallet as lib's door to the chain; reads go to the site's RPC. Throws `ChainError`: no account, wrong chain. */
export async function connectedChain(
  config: ReturnType<typeof useConfig>,
  site: ReturnType<typeof useSite>,
): Promise<Chain> {
  const { chainId } = site.deployment;
  const { ChainError } = await import('dintel/chain');
  const { viemChain } = await import('dintel/chain/viem');
  const connection = getConnection(config);
  if (connection.status !== 'connected') throw new ChainError('chain.no_account', 'No wallet is connected.');
  if (connection.chainId !== chainId) throw new ChainError('chain.wrong_chain', 'The wallet is on another chain.');
  return viemChain({
    wallet: await getWalletClient(config),
    account: connection.address,
    source: { rpcUrl: site.rpcUrl, chainId },
    chainId,
  });
}
