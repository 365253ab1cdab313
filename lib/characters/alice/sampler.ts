/**
 * Which nodes a grant asks, drawn so that anybody can check that nobody chose them: the order of all candidates follows
 * from public stakes and a seed that Alice could not pick freely (her random salt, fixed with the policy id, and a recent
 * block hash).
 *
 * Owns: the draw, the diversity rule, the rate that finds enough takers. Owns not: facts about nodes (lib/chain's
 * registry), probes (`probe.ts`). Source: research/nucypher.md ("Who picks nodes"), protocol.md section 9.
 */
import { concatBytes, u32be } from '../../protocol/bytes.ts';
import { keccakBytes } from '../../protocol/hash.ts';
import { type Address, fromHex, type Hex, toHex } from '../../protocol/hex.ts';

/** What the draw needs to know of a node. */
export interface Candidate {
  readonly node: Address;
  readonly stakeWei: bigint;
  readonly url: string;
}

/** At most this many nodes of one bucket in a cohort (Porter's rule). */
const maxPerBucket = 2;

/** seed = keccak(salt || block hash), both 32 bytes. */
export function samplerSeed(salt: Hex, blockHash: Hex): Hex {
  return toHex(keccakBytes(concatBytes(fromHex(salt, 32, 'salt'), fromHex(blockHash, 32, 'blockHash'))));
}

/**
 * All candidates in the order in which they are asked: draws without replacement, each weighted by stake. The result
 * depends on the set of candidates, not on their order. Draw i takes keccak(seed || u32be(i)) mod the stake that is left,
 * over nodes sorted by address; the bias of that modulus is below 2^-128. Nodes without stake are left out.
 */
export function drawOrder<T extends Candidate>(candidates: readonly T[], seed: Hex): T[] {
  const left = candidates.filter((candidate) => candidate.stakeWei > 0n).sort((a, b) => (a.node < b.node ? -1 : 1));
  const order: T[] = [];
  let total = left.reduce((sum, candidate) => sum + candidate.stakeWei, 0n);
  for (let draw = 0; left.length > 0; draw++) {
    const digest = keccakBytes(concatBytes(fromHex(seed, 32, 'seed'), u32be(draw, 'draw')));
    let mark = BigInt(toHex(digest)) % total;
    const place = left.findIndex((candidate) => {
      mark -= candidate.stakeWei;
      return mark < 0n;
    });
    const [drawn] = left.splice(place, 1) as [T];
    total -= drawn.stakeWei;
    order.push(drawn);
  }
  return order;
}

/**
 * Nodes that fail or are run together, as far as it can be seen: the /24 of an IPv4 address, the /48 of an IPv6 address,
 * the last two labels of a host name. Loopback and private addresses show nothing of that (a test network), so each
 * host and port is a bucket of its own. A heuristic: one operator with many domains passes it.
 */
export function bucketOf(url: string): string {
  let host: URL;
  try {
    host = new URL(url);
  } catch {
    return `invalid:${url}`;
  }
  const name = host.hostname.replace(/\.$/, '').toLowerCase();
  if (name.startsWith('[')) {
    if (name === '[::1]' || /^\[f[cd]/.test(name) || name.startsWith('[fe80')) return host.host;
    return `v6:${expandIpv6(name.slice(1, -1)).slice(0, 3).join(':')}`;
  }
  const quad = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(name);
  if (quad) {
    const [a, b] = [Number(quad[1]), Number(quad[2])];
    const local =
      a === 127 || a === 10 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b < 32) || (a === 169 && b === 254);
    return local ? host.host : `v4:${quad[1]}.${quad[2]}.${quad[3]}`;
  }
  if (name === 'localhost' || name.endsWith('.localhost') || !name.includes('.')) return host.host;
  return `name:${name.split('.').slice(-2).join('.')}`;
}

function expandIpv6(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array.from({ length: zeros }, () => '0'), ...back].map((group) => group.padStart(4, '0'));
}

/** Does the cohort have room for one more node of this URL? */
export function hasRoom(cohort: readonly Pick<Candidate, 'url'>[], url: string, cap: number = maxPerBucket): boolean {
  const bucket = bucketOf(url);
  return cohort.filter((member) => bucketOf(member.url) === bucket).length < cap;
}

/**
 * The lowest rate that twice as many nodes as needed accept (or all, if there are fewer), so that a draw has a choice
 * and a price is not set by the dearest node. Units: wei per share and epoch, at least 1.
 */
export function suggestRate(minRatesWei: readonly bigint[], shares: number): bigint {
  const sorted = [...minRatesWei].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const rate = sorted[Math.min(sorted.length, shares * 2) - 1] ?? 1n;
  return rate > 0n ? rate : 1n;
}
