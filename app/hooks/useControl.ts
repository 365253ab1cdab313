'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useSite } from '../providers';

/** How the demo lets a node behave. */
export type NodeMode = 'run' | 'stop' | 'slow' | 'lie';
export interface ControlState {
  readonly timestamp: number;
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly mode: NodeMode }[];
}

/** The demo's switches, if this is the demo; `undefined` state where there are none. */
export function useControl() {
  const { controlUrl } = useSite();
  const ask = async (path: string, body?: unknown): Promise<ControlState> => {
    const answer = await fetch(`${controlUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`The demo's controls answered ${answer.status}.`);
    return (await answer.json()) as ControlState;
  };
  const present = process.env.NEXT_PUBLIC_FLAVOUR === 'local' && controlUrl !== undefined;
  const state = useQuery({
    queryKey: ['control', controlUrl],
    queryFn: () => ask('/'),
    enabled: present,
    staleTime: 5_000,
  });
  const turn = useMutation({
    mutationFn: (order: { readonly name: string; readonly mode: NodeMode }) => ask('/node', order),
    onSettled: () => state.refetch(),
  });
  /** Any other order: time, faucet. */
  const order = (path: string, body: unknown): Promise<ControlState> => ask(path, body);
  return { state: state.data, turn, order };
}
