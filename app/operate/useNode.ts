'use client';

import { useQuery } from '@tanstack/react-query';
import { type Address, Adjudicator, type Miner, MinerEscrow, PolicyManager, Token } from 'dintel/chain';
import { viemReader } from 'dintel/chain/viem';
import { useConnection } from 'wagmi';
import { useSite } from '../providers';

/** What the contracts hold for a stake wallet. Units: tokens in their smallest unit, wei. */
export interface Holdings {
  readonly account: Address;
  readonly miner: Miner;
  readonly tokens: bigint;
  /** Fees and refunds alike. */
  readonly creditWei: bigint;
  readonly bondsWei: bigint;
  /** Claimed and not taken, and what a claim would add now. */
  readonly rewards: bigint;
  readonly claimable: bigint;
  /** Of the operator, for heartbeats. */
  readonly gasWei: bigint;
}

/** Up to the last final epoch. */
export const everyEpoch = 2 ** 32 - 1;

/** The connected wallet's holdings, kept up to date; undefined while nobody is connected or the chain has not answered. */
export function useHoldings(): { readonly account: Address | undefined; readonly holdings: Holdings | undefined } {
  const { rpcUrl, deployment } = useSite();
  const { address } = useConnection();
  const account = address?.toLowerCase() as Address | undefined;
  const { data } = useQuery({
    queryKey: ['holdings', account],
    enabled: account !== undefined,
    refetchInterval: 2_000,
    queryFn: async () => readHoldings(rpcUrl, deployment, account as Address),
  });
  return { account, holdings: data?.account === account ? data : undefined };
}

async function readHoldings(
  rpcUrl: string,
  deployment: ReturnType<typeof useSite>['deployment'],
  account: Address,
): Promise<Holdings> {
  const reader = await viemReader({ rpcUrl });
  const escrow = new MinerEscrow(reader, deployment.escrow);
  const [miner, tokens, creditWei, bondsWei, rewards, preview] = await Promise.all([
    escrow.miner(account),
    new Token(reader, deployment.token).balanceOf(account),
    new PolicyManager(reader, deployment.policyManager).credit(account),
    new Adjudicator(reader, deployment.adjudicator).credit(account),
    escrow.credit(account),
    reader.call(escrow.request('previewReward', [account, everyEpoch])) as Promise<readonly [bigint, bigint]>,
  ]);
  const gasWei = await reader.balance(miner.operator);
  return { account, miner, tokens, creditWei, bondsWei, rewards, claimable: preview[0], gasWei };
}
