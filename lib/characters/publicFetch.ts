/**
 * A `fetch` for addresses that strangers chose. Node URLs come from the chain and places of blobs from links and manifests, so
 * any of them may name the metadata service of a cloud, a router or a database that only this machine can reach.
 *
 * Owns: which hosts are refused before a connection is made; redirects are refused where requests are made (`nodeClient.ts`,
 * storage). Owns not: names that resolve to such an address, which `fetch` does not show: a server that runs this for others
 * confines its outgoing traffic too. Source: research/reliability.md T-R13, A31.
 */
import { ProtocolError } from '../protocol/errors.ts';

/** Chains that run on one machine, where nodes are private by nature: Hardhat, Anvil and Ganache. */
const localChains: ReadonlySet<number> = new Set([1337, 31337]);

/** First address and bits of each IPv4 range that is not for the public: RFC 6890, multicast, reserved. */
const privateRanges: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const numberOf = (ipv4: string): number => ipv4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Whether a URL's host is private, reserved or a name that only this network knows. `host` as `URL` writes it: one notation. */
function isPrivateHost(host: string): boolean {
  const name = host.replace(/\.$/, '');
  if (name.startsWith('[')) {
    // Of IPv6 only global unicast is public, and of that not what carries an IPv4 address inside or is for documents.
    return (
      !/^\[[23][0-9a-f]{3}:/.test(name) || /^\[(2002:|2001:(:|[0-9a-f]{1,2}:|1[0-9a-f]{2}:|db8:)|3fff:)/.test(name)
    );
  }
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    const address = numberOf(name);
    return privateRanges.some(([first, bits]) => Math.floor((address - numberOf(first)) / 2 ** (32 - bits)) === 0);
  }
  return !name.includes('.') || /\.(localhost|local|internal|home\.arpa|lan)$/.test(name);
}

/** On a public chain, refuses private hosts with E_URL; on a local one, `given` as it is. The global is looked up at each call. */
export function publicFetch(chainId: number, given: typeof fetch | undefined): typeof fetch {
  const inner: typeof fetch = given ?? ((input, init) => fetch(input, init));
  if (localChains.has(chainId)) return inner;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!isPrivateHost(url.hostname)) return inner(input, init);
    throw new ProtocolError('E_URL', { field: 'url', expected: 'a public host', got: url.hostname.slice(0, 64) });
  };
}
