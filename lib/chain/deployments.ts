/**
 * Where the contracts live. A client trusts this table and its own configuration only: a chain or contract that a link
 * names and this does not know is refused, not followed (spec section 8.4).
 *
 * Owns: the shape of a deployment and the committed table of public networks. Owns not: local chains, whose deployment
 * is written by ignition/deploy.ts each time.
 */
import type { Address } from './chain.ts';

/** One set of contracts on one chain. `deployedBlock`: number of the first block that can hold one of their events. */
export interface Deployment {
  readonly chainId: number;
  readonly token: Address;
  readonly escrow: Address;
  readonly policyManager: Address;
  readonly keyRegistry: Address;
  /** Also the verifying contract of every structure that nodes and readers sign (spec section 4). */
  readonly adjudicator: Address;
  readonly deployedBlock: number;
}

/** Deployments on public networks, by chain id. None yet. */
export const deployments: readonly Deployment[] = [];
