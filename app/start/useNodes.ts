'use client';

import type { Address } from 'dintel/chain';
import { useEffect, useState } from 'react';
import { nickname } from '../components/nickname';
import { type NodeMode, useControl } from '../hooks/useControl';
import { useSite } from '../providers';
import type { Shared } from './Story';

/** A node of the story. `turn` is there only where the demo offers switches. */
export interface StoryNode {
  readonly node: Address;
  readonly name: string;
  readonly mode: NodeMode | undefined;
  readonly changing: boolean;
  readonly turn: ((mode: NodeMode) => void) | undefined;
}

/** The five nodes: those that the grant drew, before it those that are staked. */
export function useNodes(shared: Shared | undefined): readonly StoryNode[] {
  const site = useSite();
  const { state, turn } = useControl();
  const [staked, setStaked] = useState<readonly Address[]>([]);
  useEffect(() => {
    void (async () => {
      const { readRegistry } = await import('dintel/chain');
      const { viemReader } = await import('dintel/chain/viem');
      const { deployment, rpcUrl } = site;
      const reader = await viemReader({ rpcUrl, chainId: deployment.chainId });
      const registry = await readRegistry(reader, { deployment });
      const timestamp = Number((await reader.block('latest'))?.timestamp ?? 0n);
      const { MinerEscrow } = await import('dintel/chain');
      const epoch = Math.floor(timestamp / (await new MinerEscrow(reader, deployment.escrow).epochLength()));
      setStaked(registry.all().flatMap(({ node }) => (registry.isActive(node, epoch) ? [node] : [])));
    })().catch(() => undefined);
  }, [site]);
  const nodes = shared?.nodes.map(({ node }) => node) ?? staked.slice(0, 5);
  return nodes.map((node) => {
    const own = state?.nodes.find(({ address }) => address.toLowerCase() === node.toLowerCase());
    const changing = own !== undefined && turn.isPending && turn.variables.name === own.name;
    return {
      node,
      name: nickname(node),
      mode: own?.mode,
      changing,
      turn: own && ((mode) => turn.mutate({ name: own.name, mode })),
    };
  });
}
