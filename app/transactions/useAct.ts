'use client';

import {
  type Abi,
  type Address,
  type Chain,
  type Hex,
  httpRpc,
  type MinedTransaction,
  type SentTransaction,
  type TypedData,
} from 'dintel/chain';
import { useCallback } from 'react';
import { useConfig } from 'wagmi';
import { getConnection, getWalletClient } from 'wagmi/actions';
import { sentenceOfError } from '../errors/sentence';
import { useLanguage } from '../i18n/useText';
import { useSite } from '../providers';
import { encoded } from './encoded';
import { follow, stageOf } from './follow';
import { type Proposal, proposalOf } from './proposal';
import { track } from './store';

/** The connected wallet as lib's door to the chain, and a door for plain money. */
export interface WalletChain extends Chain {
  /** Sends ether and calls nothing. Tried without sending first, as `send` does. Throws `ChainError`. */
  pay(to: Address, valueWei: bigint): Promise<SentTransaction>;
}

/** One act on chain: its name for people and what sends it. Agents of `dintel/chain` simulate before the wallet is asked. */
export interface Act {
  readonly title: string;
  readonly send: (chain: WalletChain) => Promise<SentTransaction>;
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
      const show = (to: Address, valueWei = 0n) => track({ id, to, valueWei: String(valueWei) });
      let proposal: Proposal | undefined;
      let abi: Abi = [];
      const rpc = httpRpc(site.rpcUrl);
      const shown: WalletChain = {
        ...chain,
        send: async (request) => {
          show(request.to, request.valueWei);
          ({ abi } = request);
          const { account } = chain;
          proposal = await proposalOf(rpc, { account, to: request.to, data: await encoded(request) });
          return chain.send(request);
        },
        pay: (to, valueWei) => {
          show(to, valueWei);
          return chain.pay(to, valueWei);
        },
      };
      const sent = await send(shown).catch((error: unknown) => {
        track({ id, stage: stageOf(error, false), why: sentenceOfError(error, language) });
        throw error;
      });
      const transaction = (hash: Hex) => chain.transaction(hash, abi);
      return follow(id, sent, { rpcUrl: site.rpcUrl, language, proposal, transaction });
    },
    [config, site, language],
  );
}

/** One signature: its name for people and what asks for it. */
export interface Signing<T> {
  readonly title: string;
  readonly sign: (chain: Chain) => Promise<T>;
}

/** Has the connected wallet sign, with its place in the tray: what was signed stays there, the signature does not. Throws `ChainError`. */
export function useSign(): <T>(signing: Signing<T>) => Promise<T> {
  const config = useConfig();
  const site = useSite();
  const [language] = useLanguage();
  return useCallback(
    async ({ title, sign }) => {
      const id = crypto.randomUUID();
      const chain = await connectedChain(config, site);
      const { chainId } = site.deployment;
      const shown: Chain = {
        ...chain,
        signTypedData: (data) => {
          track({ id, title, chainId, account: chain.account, typed: shownOf(data), stage: 'sign', at: Date.now() });
          return chain.signTypedData(data).then(
            (signature) => {
              track({ id, stage: 'signed' });
              return signature;
            },
            (error: unknown) => {
              track({ id, stage: stageOf(error, false), why: sentenceOfError(error, language) });
              throw error;
            },
          );
        },
      };
      return sign(shown);
    },
    [config, site, language],
  );
}

const shownOf = ({ primaryType, domain, message }: TypedData) => ({
  primaryType,
  contract: domain.verifyingContract,
  message: Object.fromEntries(Object.entries(message).map(([name, value]) => [name, String(value)])),
});

/** The connected wallet as lib's door to the chain; reads go to the site's RPC. Throws `ChainError`: no account, wrong chain. */
export async function connectedChain(
  config: ReturnType<typeof useConfig>,
  site: ReturnType<typeof useSite>,
): Promise<WalletChain> {
  const { rpcUrl } = site;
  const { chainId } = site.deployment;
  const { ChainError } = await import('dintel/chain');
  const { viemChain } = await import('dintel/chain/viem');
  const { pay } = await import('./pay');
  const connection = getConnection(config);
  if (connection.status !== 'connected') throw new ChainError('chain.no_account', 'No wallet is connected.');
  if (connection.chainId !== chainId) throw new ChainError('chain.wrong_chain', 'The wallet is on another chain.');
  const wallet = await getWalletClient(config);
  const account = connection.address;
  const chain = await viemChain({ wallet, account, source: { rpcUrl, chainId }, chainId });
  return { ...chain, pay: (to, valueWei) => pay({ chain, wallet, rpcUrl }, to, valueWei) };
}
