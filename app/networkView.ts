/** What the network page shows, as plain values: no chain types, no formatting. Made by `hooks/useNetworkView`. */

/** One node. Times are epochs; `activeThrough` is the last epoch of its present lease, undefined when it has none. */
export interface NodeView {
  readonly address: string;
  readonly url: string;
  readonly stake: bigint;
  readonly minRateWei: bigint;
  readonly activeThrough: number | undefined;
  readonly state: 'bonded' | 'jailed' | 'exiting';
}

/** One policy. Times are seconds since 1970. */
export interface PolicyView {
  readonly id: string;
  readonly owner: string;
  readonly shares: number;
  readonly rateWei: bigint;
  readonly expiresAt: number;
  readonly revoked: boolean;
}

/** One thing that happened on chain, as a sentence and its place. */
export interface EventView {
  readonly key: string;
  readonly block: bigint;
  readonly subject: string;
  readonly sentence: string;
}

/** The whole page at one block. */
export interface NetworkView {
  readonly block: bigint;
  readonly timestamp: number;
  readonly epoch: number;
  readonly epochLength: number;
  readonly nodes: readonly NodeView[];
  readonly policies: readonly PolicyView[];
  readonly events: readonly EventView[];
}
