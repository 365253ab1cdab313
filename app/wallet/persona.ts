/**
 * The demo's people as wallets. Their accounts are unlocked on the local chain, so that no key of theirs is in the page: a wallet here
 * is a door to the chain's own `eth_sendTransaction`. Built into the local flavour only.
 */
import type { Address } from 'dintel/chain';
import { createConnector } from 'wagmi';
import type { Persona, SiteConfig } from '../siteConfig';

/** The part of EIP-1193 that lib and viem need. */
export interface Wallet {
  request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
}

/** Ids of persona connectors begin so; the rest is the name. */
export const personaPrefix = 'persona:';

/** A persona's door to the chain. Errors carry the JSON-RPC code and data. */
export function personaWallet(rpcUrl: string, address: Address): Wallet {
  let id = 0;
  return {
    async request({ method, params = [] }) {
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [address];
      const answer = await fetch(rpcUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
      });
      const { result, error } = (await answer.json()) as {
        result?: unknown;
        error?: { code: number; message: string; data?: unknown };
      };
      if (error !== undefined) throw Object.assign(new Error(error.message), { code: error.code, data: error.data });
      return result;
    },
  };
}

/** One connector for each of the demo's people. */
export const personaConnectors = (site: SiteConfig) =>
  (site.personas ?? []).map((persona) => personaConnector(site, persona));

/** What a persona leaves in wagmi's storage: who was connected last. */
type Remembered = { 'dintel.persona': string };

function personaConnector(site: SiteConfig, { name, address }: Persona) {
  const { chainId } = site.deployment;
  return createConnector<Wallet, Record<string, unknown>, Remembered>((config) => ({
    id: `${personaPrefix}${name}`,
    name,
    type: 'persona',
    async connect() {
      await config.storage?.setItem('dintel.persona', name);
      // wagmi's return type depends on an option that only wallets with capabilities look at.
      return { accounts: [address], chainId } as never;
    },
    async disconnect() {
      await config.storage?.removeItem('dintel.persona');
    },
    getAccounts: () => Promise.resolve([address]),
    getChainId: () => Promise.resolve(chainId),
    getProvider: () => Promise.resolve(personaWallet(site.rpcUrl, address)),
    isAuthorized: async () => (await config.storage?.getItem('dintel.persona')) === name,
    onAccountsChanged() {},
    onChainChanged() {},
    onDisconnect() {
      config.emitter.emit('disconnect');
    },
  }));
}
