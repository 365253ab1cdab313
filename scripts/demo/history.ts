/**
 * A past for the demo's network, so that no page of the app is empty: the chain was started in the past, and here its clock is led to
 * the present, epoch by epoch, with all that happens to a network on the way. The contracts are the real ones and judge every act;
 * only keys are not needed, since the chain is ours (hand.ts).
 *
 * Owns: what happened, and when. Owns not: the nodes (network.ts), the lie and its evidence (lie.ts).
 */
import { randomBytes } from 'node:crypto';
import { contractsOf } from 'dintel';
import { type Address, Adjudicator, type Hex, MinerEscrow, noNote, PolicyManager, Token } from 'dintel/chain';
import { viemReader } from 'dintel/chain/viem';
import { type Leaf, leafHash, leafTree, policyIdOf, toHex, zeroHash } from 'dintel/protocol';
import { Hand } from './hand.ts';
import { Liar } from './lie.ts';
import { account, type MadeNode, type NodeContext } from './network.ts';
import { freePort } from './processes.ts';

/** How far back it goes, in epochs: more than two periods of rewards. */
export const pastEpochs = 160;

const tokens = (whole: number): bigint => BigInt(whole) * 10n ** 18n;
/** Fees of the past, wei per share and epoch. */
const rates = [10n ** 14n, 2n * 10n ** 14n, 15n * 10n ** 13n, 3n * 10n ** 14n] as const;
const random = (): Hex => toHex(randomBytes(32));

/** Hardhat's public accounts: who funds, who shared, who told on the liar, who lied. */
const people = { treasury: 0, owners: [14, 15, 16, 17], reporter: 12, liar: 13 } as const;
const addressOfAccount = (index: number) => account(index).address.toLowerCase() as Address;

/** A policy of the past. */
interface PastPolicy {
  readonly id: Hex;
  readonly owner: Address;
  readonly leaves: readonly Leaf[];
  readonly start: number;
  end: number;
  settledThrough: number;
  revoked: boolean;
}

/**
 * Plays the past up to the present second. The nodes must be staked and must not run yet, or two would speak for each.
 * Resolves with what goes on from there: it settles what has come due of the policies of the past, of which the nodes that run know
 * nothing. Rejects, as that does, if a contract refuses anything.
 */
export async function playPast(
  { rpcUrl, deployment }: Pick<NodeContext, 'rpcUrl' | 'deployment'>,
  nodes: readonly MadeNode[],
): Promise<() => Promise<void>> {
  const hand = new Hand(rpcUrl);
  const past = new Past(hand, await viemReader({ rpcUrl }), deployment, nodes);
  await hand.as(
    nodes.map(({ operator }) => operator),
    () => hand.holdingTime(() => past.play()),
  );
  return () => past.settleDue();
}

class Past {
  readonly #hand: Hand;
  readonly #escrow: MinerEscrow;
  readonly #policies: PolicyManager;
  readonly #adjudicator: Adjudicator;
  readonly #token: Token;
  readonly #contracts: ReturnType<typeof contractsOf>;
  readonly #nodes: readonly MadeNode[];
  readonly #made: PastPolicy[] = [];
  readonly #liar = new Liar();
  readonly #liarAddress = addressOfAccount(people.liar);

  constructor(
    hand: Hand,
    reader: Awaited<ReturnType<typeof viemReader>>,
    deployment: NodeContext['deployment'],
    nodes: readonly MadeNode[],
  ) {
    this.#hand = hand;
    this.#escrow = new MinerEscrow(reader, deployment.escrow);
    this.#policies = new PolicyManager(reader, deployment.policyManager);
    this.#adjudicator = new Adjudicator(reader, deployment.adjudicator);
    this.#token = new Token(reader, deployment.token);
    this.#contracts = contractsOf(deployment);
    this.#nodes = nodes;
  }

  async play(): Promise<void> {
    const epochLength = await this.#escrow.epochLength();
    const present = () => Math.floor(Date.now() / 1000);
    const first = Math.floor((await this.#hand.now()) / epochLength) + 1;
    const last = Math.floor(present() / epochLength);
    await this.#fundRewards(first);
    for (let epoch = first; epoch < last; epoch++) {
      const time = await this.#hand.moveTo(epoch * epochLength + 2);
      await this.#beat(epoch - first);
      await this.#share(epoch - first, epoch, time, epochLength);
      await this.#settle(epoch);
      await this.#claim(epoch - first, epoch);
      await this.#changeStakes(epoch - first, last - epoch);
      await this.#lie(epoch - first, epoch, time);
    }
    await this.#hand.moveTo(present());
  }

  /** The treasury fills eight periods of rewards; the first begins within 64 epochs. */
  async #fundRewards(epoch: number): Promise<void> {
    const treasury = addressOfAccount(people.treasury);
    const [perEpoch, periods] = [tokens(150), 8];
    const whole = perEpoch * 64n * BigInt(periods);
    await this.#hand.act(treasury, this.#token.request('approve', [this.#escrow.address, whole]));
    await this.#hand.act(
      treasury,
      this.#escrow.request('fundRewards', [Math.floor(epoch / 64) + 1, periods, perEpoch]),
    );
  }

  /** Each node awake, six epochs at a time with two to spare; the fourth has two bad hours. */
  async #beat(at: number): Promise<void> {
    if (at % 6 !== 0) return;
    for (const [i, { operator }] of this.#nodes.entries()) {
      const asleep = i === 3 && ((at >= 48 && at < 66) || (at >= 114 && at < 120));
      if (!asleep) await this.#hand.act(operator, this.#escrow.request('heartbeat', [8]));
    }
  }

  /** Every seventh epoch somebody shares something, with three to five nodes, for a while; one in six is revoked half way. */
  async #share(at: number, epoch: number, time: number, epochLength: number): Promise<void> {
    if (at % 7 === 3) {
      const turn = (at - 3) / 7;
      const cohort = this.#nodes.map((_, i) => this.#nodes[(i + turn) % this.#nodes.length] as MadeNode);
      const lasts = [18, 40, 12, 60, 25, 33][turn % 6] as number;
      await this.#create({
        owner: addressOfAccount(people.owners[turn % people.owners.length] as number),
        nodes: cohort.slice(0, 3 + (turn % 3)).map(({ address }) => address as Address),
        rate: rates[turn % rates.length] as bigint,
        expiresAt: time + lasts * epochLength,
        epoch,
        epochLength,
      });
    }
    const doomed = this.#made.find((one, turn) => turn % 6 === 4 && !one.revoked && epoch === one.start + 10);
    if (doomed === undefined) return;
    await this.#hand.act(doomed.owner, this.#policies.request('revoke', [doomed.id]));
    doomed.revoked = true;
    doomed.end = Math.min(doomed.end, epoch);
  }

  async #create(of: {
    owner: Address;
    nodes: readonly Address[];
    rate: bigint;
    expiresAt: number;
    epoch: number;
    epochLength: number;
    fragments?: readonly Hex[];
  }): Promise<PastPolicy> {
    const { owner, nodes, rate, expiresAt, epoch, epochLength, fragments = [] } = of;
    const leaves = nodes.map(
      (node, index): Leaf => ({
        index,
        node,
        fragment: fragments[index] ?? random(),
        terms: random(),
      }),
    );
    const [start, end] = [epoch + 1, Math.max(epoch + 1, Math.floor((expiresAt - 1) / epochLength))];
    const salt = random();
    const terms = { salt, root: leafTree(leaves.map(leafHash)).root, shares: leaves.length, rate, expiresAt };
    const deposit = rate * BigInt(leaves.length) * BigInt(end - start + 1);
    await this.#hand.act(owner, this.#policies.request('createPolicy', [terms, noNote]), deposit);
    const { chainId, policyManager } = this.#contracts;
    const id = policyIdOf({ chainId, policyManager, owner, salt });
    const made = { id, owner, leaves, start, end, settledThrough: start - 1, revoked: false };
    this.#made.push(made);
    return made;
  }

  /** Settles by one transaction for each policy, which its owner sends: anyone may, and operators count their own transactions. */
  async settleDue(): Promise<void> {
    const epoch = Math.floor((await this.#hand.now()) / (await this.#escrow.epochLength()));
    for (const policy of this.#due(epoch)) {
      const tree = leafTree(policy.leaves.map(leafHash));
      const all = policy.leaves.map((leaf) => ({ policyId: policy.id, leaf, proof: tree.proof(leaf.index) }));
      await this.#hand.act(policy.owner, this.#policies.request('settleMany', [all]));
    }
  }

  /** Nodes settle, each its own leaf. */
  async #settle(epoch: number): Promise<void> {
    for (const policy of this.#due(epoch)) {
      const tree = leafTree(policy.leaves.map(leafHash));
      for (const leaf of policy.leaves) {
        const by = this.#nodes.find(({ address }) => address === leaf.node)?.operator ?? leaf.node;
        await this.#hand.act(by, this.#policies.request('settle', [policy.id, leaf, tree.proof(leaf.index)]));
      }
    }
  }

  /** What is over, and long policies every twenty epochs; two epochs must pass until bits are final. Each is named once. */
  *#due(epoch: number): Generator<PastPolicy> {
    for (const policy of this.#made) {
      const final = Math.min(epoch - 3, policy.end);
      if (policy.settledThrough >= policy.end || final < policy.start) continue;
      if (final < policy.end && final - policy.settledThrough < 20) continue;
      policy.settledThrough = final;
      yield policy;
    }
  }

  /** Rewards are claimed every sixteen epochs, each node at another time. */
  async #claim(at: number, epoch: number): Promise<void> {
    for (const [i, { address }] of this.#nodes.entries()) {
      if (at < 20 || (at + 3 * i) % 16 !== 0) continue;
      await this.#hand.act(address, this.#escrow.request('claimRewards', [address, epoch]));
    }
  }

  /** The second node puts more at stake, the third thinks of taking some back and does not, the fifth has just asked. */
  async #changeStakes(at: number, toGo: number): Promise<void> {
    const [, second, third, , fifth] = this.#nodes;
    if (at === 30 && second !== undefined) {
      await this.#hand.act(second.address, this.#token.request('approve', [this.#escrow.address, tokens(20_000)]));
      await this.#hand.act(second.address, this.#escrow.request('topUp', [second.address, tokens(20_000)]));
    }
    if (at === 52 && third !== undefined) {
      await this.#hand.act(third.address, this.#escrow.request('requestUnbond', [tokens(15_000)]));
    }
    if (at === 61 && third !== undefined) await this.#hand.act(third.address, this.#escrow.request('cancelUnbond', []));
    if (toGo === 6 && fifth !== undefined) {
      await this.#hand.act(fifth.address, this.#escrow.request('requestUnbond', [tokens(10_000)]));
    }
  }

  /** A sixth node comes, lies twice, is convicted twice, and leaves with what is left to it. */
  async #lie(at: number, epoch: number, time: number): Promise<void> {
    const [node, hand] = [this.#liarAddress, this.#hand];
    if (at === 8) await this.#bondLiar(epoch, time);
    if (at === 45) await this.#convict(epoch, time, 'another z');
    if (at === 74) await this.#convict(epoch, time, 'another rk with a proof that holds');
    if (at === 80) {
      const { stake } = await this.#escrow.miner(node);
      await hand.act(node, this.#escrow.request('requestUnbond', [stake]));
    }
    if (at === 112) await hand.act(node, this.#escrow.request('withdrawStake', [node]));
  }

  async #bondLiar(epoch: number, time: number): Promise<void> {
    const [node, hand, deadline] = [this.#liarAddress, this.#hand, time + 3_600];
    const info = {
      url: `http://127.0.0.1:${await freePort()}`,
      encryptingKey: this.#liar.encryptingKey,
      ...{ keyNumber: 0, peerId: new Uint8Array(0), protocol: 1 },
    };
    const consent = this.#liar.consent(this.#contracts, node, deadline);
    const amount = tokens(60_000);
    await hand.act(addressOfAccount(people.treasury), this.#token.request('transfer', [node, amount]));
    await hand.act(node, this.#token.request('approve', [this.#escrow.address, amount]));
    await hand.act(
      node,
      this.#escrow.request('bond', [amount, this.#liar.operator, deadline, consent, epoch + 30, info]),
    );
  }

  async #convict(epoch: number, time: number, cheat: string): Promise<void> {
    const [one, two] = this.#nodes.map(({ address }) => address as Address) as [Address, Address];
    const epochLength = await this.#escrow.epochLength();
    const owner = addressOfAccount(people.owners[0]);
    const { id, leaves } = await this.#create({
      ...{ owner, nodes: [this.#liarAddress, one, two], fragments: [this.#liar.fragment] },
      ...{ rate: rates[0], expiresAt: time + 9 * epochLength, epoch, epochLength },
    });
    const evidence = this.#liar.evidence(this.#contracts, { policyId: id, leaf: leaves[0] as Leaf, epoch }, cheat);
    const reporter = addressOfAccount(people.reporter);
    await this.#hand.act(reporter, this.#adjudicator.request('convict', [evidence, zeroHash]));
  }
}
