/**
 * What the app must be told before it can read a chain: /dintel.json beside the page. Everything else it reads from that chain.
 * The file is fetched, not built in, so that one export serves any network and survives a redeployment.
 */
import type { Address, Deployment } from 'dintel/chain';

/** Somebody of the demo: an account that the local chain has unlocked, and the seed of keys that nobody needs to keep. */
export interface Persona {
  readonly name: string;
  readonly address: Address;
  /** 64 hex digits; operators have none, for they neither share nor open. */
  readonly seed?: string;
}

/** Shape of /dintel.json. */
export interface SiteConfig {
  /** What people call the chain, e.g. "Local demo". */
  readonly chainName: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  /** Demo people; only the local flavour looks at them. */
  readonly personas?: readonly Persona[];
  /** Where the demo takes orders (time, node switches); only the local flavour looks at it. */
  readonly controlUrl?: string;
}

/** Where this device keeps its own RPC of the same chain, if its owner has chosen one (`/settings`). */
export const rpcKey = 'dintel.rpc';

const ownRpc = (): string | undefined => {
  try {
    return localStorage.getItem(rpcKey) ?? undefined;
  } catch {
    // A browser without storage: the network's own.
    return undefined;
  }
};

/** Reads /dintel.json. Throws with a sentence for a person when it is absent or not what it should be. */
export async function readSiteConfig(): Promise<SiteConfig> {
  const answer = await fetch('/dintel.json');
  if (!answer.ok)
    throw new Error('This page has no /dintel.json beside it, so it does not know which network to show.');
  const config = (await answer.json()) as Partial<SiteConfig>;
  if (typeof config.rpcUrl !== 'string' || typeof config.deployment?.chainId !== 'number') {
    throw new Error('/dintel.json lacks rpcUrl or deployment.');
  }
  const { deployment } = config;
  const rpcUrl = ownRpc() ?? config.rpcUrl;
  return { ...config, chainName: config.chainName ?? `Chain ${deployment.chainId}`, rpcUrl, deployment };
}
