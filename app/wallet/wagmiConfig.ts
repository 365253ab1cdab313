/**
 * The one place that turns the site's chain into wagmi's configuration. Wallets announce themselves (EIP-6963); no relay and no
 * third party is asked. On a local chain, the demo's people are wallets too.
 */
import { type Chain, defineChain } from 'viem';
import { type Config, createConfig, http } from 'wagmi';
import type { SiteConfig } from '../siteConfig';
import { personaConnectors } from './persona';

/** The site's chain as wallets are told of it. */
const chainOf = (site: SiteConfig): Chain =>
  defineChain({
    id: site.deployment.chainId,
    name: site.chainName,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [site.rpcUrl] } },
  });

/** wagmi's configuration for the site's one chain. */
export function wagmiConfig(site: SiteConfig): Config {
  const chain = chainOf(site);
  return createConfig({
    chains: [chain],
    transports: { [chain.id]: http(site.rpcUrl) },
    multiInjectedProviderDiscovery: true,
    connectors: process.env.NEXT_PUBLIC_FLAVOUR === 'local' ? personaConnectors(site) : [],
  });
}
