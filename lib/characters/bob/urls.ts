/**
 * Where nodes answer, by their newest announcement on chain; what was read once is read on from there.
 * Owns: that memory. Owns not: the search (lib/chain), what a URL may be (`nodeClient.ts`).
 */
import { readNodeInfos } from '../../chain/registry.ts';
import type { Address } from '../../protocol/hex.ts';
import type { Network } from '../network.ts';
import { checkNodeUrl } from '../nodeClient.ts';

/** Blocks that are read again, since a re-org may have changed them. */
const reread = 64n;

export class NodeUrls {
  readonly #network: Network;
  readonly #known = new Map<Address, { readonly url: string | undefined; readonly through: bigint }>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** The usable URLs of these nodes; who announces none is left out. Throws `ChainError`. */
  async of(nodes: readonly Address[], signal: AbortSignal | undefined): Promise<Map<Address, string>> {
    const { chain, deployment } = this.#network;
    const { blockNumber: toBlock } = await this.#network.now();
    const fresh = nodes.filter((node) => !this.#known.has(node));
    const known = nodes.flatMap((node) => this.#known.get(node)?.through ?? []);
    const since = known.reduce((least, through) => (through < least ? through : least), toBlock);
    const read = async (some: readonly Address[], fromBlock?: bigint): Promise<void> => {
      if (some.length === 0) return;
      const from = fromBlock !== undefined && { fromBlock };
      const infos = await readNodeInfos(chain, {
        deployment,
        nodes: some,
        toBlock,
        ...from,
        ...(signal && { signal }),
      });
      for (const node of some) {
        const info = infos.get(node);
        const url = info ? usable(info.url) : this.#known.get(node)?.url;
        this.#known.set(node, { url, through: toBlock });
      }
    };
    const old = nodes.filter((node) => !fresh.includes(node));
    await Promise.all([read(fresh), read(old, since > reread ? since - reread : 0n)]);
    return new Map(
      nodes.flatMap((node) => {
        const url = this.#known.get(node)?.url;
        return url === undefined ? [] : [[node, url] as const];
      }),
    );
  }
}

/** A node that announces nonsense cannot be asked; it is reported as unreachable. */
function usable(url: string): string | undefined {
  try {
    return checkNodeUrl(url);
  } catch {
    return undefined;
  }
}
