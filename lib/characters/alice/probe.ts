/**
 * Which nodes can serve a grant: facts from the chain first, then a live question to each that is drawn.
 *
 * Owns: why a node is passed over, each reason a code. Owns not: the draw (`sampler.ts`), the registry (lib/chain).
 * Source: research/nucypher.md ("Who picks nodes"), protocol.md sections 4 (NodeInfo) and 7 (`/v1/info`).
 */
import type { NodeRecord, NodeRegistry } from '../../chain/registry.ts';
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { nodeInfoOf } from '../../protocol/nodeInfo.ts';
import type { RouteAnswer } from '../../protocol/routes.ts';
import { recoverTyped } from '../../protocol/typed.ts';
import { PublicKey } from '../../umbral/keys.ts';
import type { Clock } from '../clock.ts';
import type { Network } from '../network.ts';
import { checkNodeUrl, NodeClient } from '../nodeClient.ts';
import type { OnProgress } from '../progress.ts';
import type { Reserve } from './grantRecord.ts';
import { type Candidate, drawOrder, hasRoom } from './sampler.ts';

/** A node that the chain does not speak against. */
export interface ChainCandidate extends Candidate, Reserve {
  readonly minRateWei: bigint;
  readonly availableUntil: number;
}

export interface CandidateNeeds {
  /** Now, and the last epoch of the policy. */
  readonly epoch: number;
  readonly lastEpoch: number;
  readonly minStake: bigint;
}

/** Why the chain speaks against a node, or undefined. */
function chainReason(record: NodeRecord, registry: NodeRegistry, needs: CandidateNeeds): string | undefined {
  if (record.exiting || record.jailed || record.stake < needs.minStake) return 'E_NOT_BONDED';
  if (record.availableUntil < needs.lastEpoch) return 'E_HORIZON';
  const active = registry.isActive(record.node, needs.epoch) || registry.isActive(record.node, needs.epoch + 1);
  if (!active) return 'NODE_UNREACHABLE';
  if (record.info === undefined) return 'E_URL';
  if (record.info.protocol !== 1) return 'VERSION_UNSUPPORTED';
  try {
    checkNodeUrl(record.info.url);
    PublicKey.fromBytes(record.info.encryptingKey);
  } catch {
    return 'E_URL';
  }
  return undefined;
}

/** All nodes that the chain does not speak against, at any price, and the others with their reasons. */
export function chainCandidates(
  registry: NodeRegistry,
  needs: CandidateNeeds,
): { readonly candidates: ChainCandidate[]; readonly skipped: { node: Address; code: string }[] } {
  const candidates: ChainCandidate[] = [];
  const skipped: { node: Address; code: string }[] = [];
  for (const record of registry.all()) {
    const code = chainReason(record, registry, needs);
    if (code !== undefined || record.info === undefined) {
      skipped.push({ node: record.node, code: code ?? 'E_URL' });
      continue;
    }
    const { node, stake: stakeWei, minRateWei, availableUntil, info } = record;
    const { encryptingKey, keyNumber } = info;
    candidates.push({
      node,
      stakeWei,
      minRateWei,
      availableUntil,
      url: checkNodeUrl(info.url),
      encryptingKey,
      keyNumber,
    });
  }
  return { candidates, skipped };
}

/** Milliseconds for which a node's word about itself is not asked for again; as long as the node itself shows the same signature. */
const freshMs = 10_000;

type Info = RouteAnswer<'info'> & { readonly signer: Address };

/** What nodes said of themselves a moment ago, for one grant after another. Owns nothing but that memory. */
export class Introductions {
  readonly #clock: Clock;
  readonly #known = new Map<Address, { readonly url: string; readonly info: Info; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What it said in this epoch; a local chain may leap over several while a moment passes here. */
  of({ node, url }: ChainCandidate, epoch: number): Info | undefined {
    const known = this.#known.get(node);
    const isFresh = known?.url === url && known.info.epoch === epoch && this.#clock.now() < known.untilMs;
    return isFresh ? known.info : undefined;
  }

  keep({ node, url }: ChainCandidate, info: Info): void {
    this.#known.set(node, { url, info, untilMs: this.#clock.now() + freshMs });
  }

  /** It has said no since. */
  forget(node: Address): void {
    this.#known.delete(node);
  }
}

interface ProbeOptions {
  readonly network: Network;
  readonly epoch: number;
  readonly rateWei: bigint;
  /** Who was asked a moment ago, for draws that follow one another. */
  readonly probed?: Map<Address, Promise<void>> | undefined;
  /** Who answered well a moment ago. */
  readonly introductions?: Introductions | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A node's word about itself, for our contracts, and who signed it. Throws the reason. */
async function askInfo(candidate: ChainCandidate, options: ProbeOptions): Promise<Info> {
  const { network, signal, timeoutMs = 4_000 } = options;
  const client = new NodeClient({ url: candidate.url, timeoutMs, ...(options.fetch && { fetch: options.fetch }) });
  const info = await client.get('info', { signal });
  if (info.node !== candidate.node) {
    throw new ProtocolError('E_AUDIENCE', { field: 'node', expected: candidate.node, got: info.node });
  }
  const { contracts } = network;
  const ours = ['chainId', 'adjudicator', 'policyManager', 'escrow'] as const;
  for (const field of ours) {
    if (info.domain[field] !== contracts[field]) {
      throw new ProtocolError('E_DOMAIN', {
        field: `domain.${field}`,
        expected: String(contracts[field]),
        got: String(info.domain[field]),
      });
    }
  }
  const { node, url, encryptingKey, keyNumber, peerId, issuedAt } = info;
  const said = nodeInfoOf({ node, url, encryptingKey, keyNumber, peerId, issuedAt });
  return { ...info, signer: recoverTyped('NodeInfo', contracts, said, info.signature) };
}

/**
 * Ask a node who it is and whether it takes this rate; its answer must be signed by its operator for our contracts and its
 * view of the chain must be fresh. Throws the reason.
 */
async function probeNode(candidate: ChainCandidate, options: ProbeOptions): Promise<void> {
  const { network, epoch, rateWei, introductions } = options;
  const { node } = candidate;
  const known = introductions?.of(candidate, epoch);
  const info = known ?? (await askInfo(candidate, options));
  const { signer } = info;
  if (!(await network.operatorValid(node, signer, epoch)) && !(await network.operatorValid(node, signer, epoch + 1))) {
    throw new ProtocolError('E_SIGNATURE', {
      field: 'signature',
      expected: `by the operator of ${node}`,
      got: signer,
    });
  }
  if (Math.abs(info.epoch - epoch) > 1) {
    throw new ProtocolError('E_CHAIN_STALE', { field: 'epoch', expected: String(epoch), got: String(info.epoch) });
  }
  if (info.minRate > rateWei) {
    throw new ProtocolError('E_PAYMENT', {
      field: 'minRate',
      expected: `at most ${rateWei} wei`,
      got: String(info.minRate),
    });
  }
  if (known === undefined) introductions?.keep(candidate, info);
}

function probeOnce(candidate: ChainCandidate, options: ProbeOptions): Promise<void> {
  const known = options.probed?.get(candidate.node) ?? probeNode(candidate, options);
  options.probed?.set(candidate.node, known);
  return known;
}

export interface ChooseOptions extends ProbeOptions {
  readonly candidates: readonly ChainCandidate[];
  readonly shares: number;
  readonly seed: Hex;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The cohort: the first `shares` of the draw that answer well and leave room for others, and the rest of the draw as
 * reserves. The result is what asking one by one would give; asking several at once only saves time.
 * Throws NOT_ENOUGH_NODES with every reason, ABORTED.
 */
export async function chooseCohort(options: ChooseOptions): Promise<{
  readonly cohort: ChainCandidate[];
  readonly reserves: ChainCandidate[];
  readonly skipped: { readonly node: Address; readonly code: string }[];
}> {
  const { shares, rateWei, seed, onProgress } = options;
  const skipped: { node: Address; code: string }[] = [];
  const affordable = options.candidates.filter((candidate) => {
    if (candidate.minRateWei <= rateWei) return true;
    skipped.push({ node: candidate.node, code: 'E_PAYMENT' });
    return false;
  });
  const order = drawOrder(affordable, seed);
  const cohort: ChainCandidate[] = [];
  const later: ChainCandidate[] = [];
  let next = 0;
  while (cohort.length < shares && next < order.length) {
    const batch = order.slice(next, next + shares - cohort.length + 2);
    next += batch.length;
    const outcomes = await Promise.allSettled(batch.map((candidate) => probeOnce(candidate, options)));
    for (const [place, outcome] of outcomes.entries()) {
      const candidate = batch[place] as ChainCandidate;
      if (outcome.status === 'rejected') {
        const error: unknown = outcome.reason;
        if (error instanceof DintelError && error.code === 'ABORTED') throw error;
        const code = error instanceof DintelError ? error.code : 'NODE_REFUSED';
        skipped.push({ node: candidate.node, code });
        onProgress?.({ type: 'node.probed', node: candidate.node, code });
        continue;
      }
      onProgress?.({ type: 'node.probed', node: candidate.node });
      if (cohort.length < shares && hasRoom(cohort, candidate.url)) cohort.push(candidate);
      else later.push(candidate);
    }
  }
  if (cohort.length < shares) {
    const reasons = skipped.map(({ node, code }) => `${node.slice(0, 8)} ${code}`);
    throw new ProtocolError('NOT_ENOUGH_NODES', {
      expected: `${shares} nodes`,
      got: `${cohort.length}`,
      details: reasons.length === 0 ? 'No other node is registered.' : reasons.join(', '),
      data: { skipped, willing: cohort.length },
    });
  }
  return { cohort, reserves: [...later, ...order.slice(next)], skipped };
}

/** What the record keeps of a candidate. */
export function toReserve({ node, url, encryptingKey, keyNumber }: ChainCandidate): Reserve {
  return { node, url, encryptingKey, keyNumber };
}
