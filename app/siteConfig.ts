/**
 * What the app must be told before it can read a chain: /dintel.json beside the page. Everything else it reads from that chain.
 * The file is fetched, not built in, so that one export serves any network and survives a redeployment.
 */
import type { Deployment } from 'dintel/chain';

/** Shape of /dintel.json. */
export interface SiteConfig {
  /** What people call the chain, e.g. "Local demo". */
  readonly chainName: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
}

/** Reads /dintel.json. Throws with a sentence for a person when it is absent or not what it should be. */
export async function readSiteConfig(): Promise<SiteConfig> {
  const answer = await fetch('/dintel.json', { cache: 'no-store' });
  if (!answer.ok)
    throw new Error('This page has no /dintel.json beside it, so it does not know which network to show.');
  const config = (await answer.json()) as Partial<SiteConfig>;
  if (typeof config.rpcUrl !== 'string' || typeof config.deployment?.chainId !== 'number') {
    throw new Error('/dintel.json lacks rpcUrl or deployment.');
  }
  return {
    chainName: config.chainName ?? `Chain ${config.deployment.chainId}`,
    rpcUrl: config.rpcUrl,
    deployment: config.deployment,
  };
}
