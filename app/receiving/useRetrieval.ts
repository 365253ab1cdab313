'use client';

import type { Address } from 'dintel/chain';
import { useCallback, useState } from 'react';
import type { Mark } from '../components/Dial';
import { codeOf } from '../errors/sentence';
import type { Session } from '../session/session';
import { RemoteError } from '../worker/fault';
import type { NodeOutcomeView } from '../worker/messages';
import type { Opened } from '../worker/receiving';

/** Where a retrieval stands. `nodes` is in the order in which they were asked. */
export type Retrieval =
  | { readonly state: 'idle' }
  | { readonly state: 'asking'; readonly nodes: readonly NodeOutcomeView[]; readonly stop: () => void }
  | { readonly state: 'opened'; readonly nodes: readonly NodeOutcomeView[]; readonly opened: Opened }
  | { readonly state: 'failed'; readonly nodes: readonly NodeOutcomeView[]; readonly error: unknown };

/** The marks of the dial for these nodes, in their order; once it is over, who has not answered was not needed. */
export function marksOf(nodes: readonly Address[], retrieval: Retrieval): readonly Mark[] {
  if (retrieval.state === 'idle') return [];
  return nodes.map((node) => {
    const state = retrieval.nodes.find((one) => one.node.toLowerCase() === node.toLowerCase())?.state ?? 'idle';
    if (state === 'refused' || state === 'silent') return 'lost';
    return state === 'asked' && retrieval.state !== 'asking' ? 'idle' : state;
  });
}

/**
 * Opens a link and tells live which node is asked, has answered, refused, is silent or lied. `afresh`: no node is asked later because it
 * was slow before, for a story in which somebody has just changed what a node does.
 */
export function useRetrieval(session: Session | undefined, { afresh }: { readonly afresh?: boolean } = {}) {
  const [retrieval, set] = useState<Retrieval>({ state: 'idle' });
  const open = useCallback(
    async (link: string): Promise<Opened | undefined> => {
      if (session === undefined) return undefined;
      const controller = new AbortController();
      const stop = () => controller.abort();
      const seen = new Map<Address, NodeOutcomeView>();
      const started = new Map<Address, number>();
      set({ state: 'asking', nodes: [], stop });
      try {
        const opened = await session.call(
          'retrieve',
          { link, afresh },
          {
            signal: controller.signal,
            onProgress: (event) => {
              if (event.type !== 'node.state') return;
              const { node, state, code } = event;
              if (state === 'asked' && !started.has(node)) started.set(node, performance.now());
              const ms = state === 'asked' ? undefined : Math.round(performance.now() - (started.get(node) ?? 0));
              seen.set(node, { node, state, code, ms });
              set({ state: 'asking', nodes: [...seen.values()], stop });
            },
          },
        );
        set({ state: 'opened', nodes: opened.nodes, opened });
        return opened;
      } catch (error) {
        if (codeOf(error) === 'ABORTED') {
          set({ state: 'idle' });
        } else {
          const told = error instanceof RemoteError ? error.nodes : [];
          set({ state: 'failed', nodes: told.length > 0 ? told : [...seen.values()], error });
        }
        return undefined;
      }
    },
    [session, afresh],
  );
  const reset = useCallback(() => set({ state: 'idle' }), []);
  return { retrieval, open, reset };
}
