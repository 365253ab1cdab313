/**
 * MinerEscrow over its model: consents, node information, tokens and events, which the model takes as given. Heartbeats by
 * signature and bonding with a permit are not played. Source: contracts/MinerEscrow.sol, spec/protocol.md section 5.1.
 */
import { type Address, type Hex, minerEscrowAbi } from '../../chain/index.ts';
import { zeroAddress } from '../../protocol/index.ts';
import { need, type Offence } from '../model/index.ts';
import { type Act, type Contract, notPlayed, type Plays, type World } from './contract.ts';
import { TokenModel } from './token.ts';

/** How to reach a node, as announced last. */
export interface Announced {
  readonly url: string;
  readonly encryptingKey: Hex;
  readonly keyNumber: bigint;
  readonly peerId: Hex;
  readonly protocol: bigint;
}

const current = 2 ** 32 - 1;

export function announcements(world: World) {
  return world.store.book<Announced>('announcements');
}

/** The penalty. For the Adjudicator only. */
export function slash(
  world: World,
  act: Act,
  of: { node: Address; operator: Address; kind: Offence; epoch: number; reporter: Address | undefined },
): bigint {
  const { escrow, genesis } = world;
  const { node, operator, kind, epoch, reporter } = of;
  const worked = escrow.miner(node).stake >= genesis.rules.minStake;
  const penalty = escrow.slash(node, operator, kind, epoch, reporter);
  const emit = (event: string, args: Record<string, unknown>) => act.emit(event, args, genesis.deployment.escrow);
  const reward = reporter === undefined ? 0n : penalty / 5n;
  const place = kind === 'liveness' ? 1 : 0;
  emit('Slashed', { node, kind: place, epoch, penalty, reward, reporter: reporter ?? zeroAddress });
  if (escrow.miner(node).stake < genesis.rules.minStake) {
    if (worked) emit('Jailed', { node });
    emit('EpochsVoided', { node, from: escrow.epoch + 1, to: escrow.epoch + 8 });
  }
  return penalty;
}

/** What each parameter name stands for. */
interface Parameters {
  readonly 0: bigint | Address;
  readonly 1: bigint;
  readonly amount: bigint;
  readonly operator: Address;
  readonly consentDeadline: bigint;
  readonly consent: Hex;
  readonly availableUntil: bigint;
  readonly info: Announced;
  readonly node: Address;
  readonly minRate: bigint;
  readonly epoch: bigint;
  readonly count: bigint;
  /** A last epoch in `activeEpochs`, which is `Number(to)` either way. */
  readonly to: Address;
  readonly firstPeriod: bigint;
  readonly periods: bigint;
  readonly perEpoch: bigint;
  readonly period: bigint;
  readonly who: Address;
  readonly from: bigint;
  readonly kind: bigint;
}

export function minerEscrowContract(world: World): Contract {
  const { deployment, rules } = world.genesis;
  const { escrow } = world;
  const token = new TokenModel(world);

  const consents = (operator: Address, args: Parameters, act: Act): void => {
    const deadline = Number(args.consentDeadline);
    need(world.clock.now <= deadline, 'ExpiredSignature');
    const message = { node: act.sender, deadline };
    need(world.isTypedSignedBy(operator, 'OperatorConsent', message, args.consent), 'BadSignature');
  };
  const announce = (act: Act, node: Address, info: Announced): void => {
    need(new TextEncoder().encode(info.url).length <= 255, 'UrlTooLong');
    need(/^0x0[23][0-9a-f]{64}$/.test(info.encryptingKey) && info.peerId.length <= 2 + 2 * 64, 'BadInfo');
    announcements(world).set(node, info);
    act.emit('NodeInfoSet', { node, ...info });
  };
  const pull = (act: Act, amount: bigint): void =>
    token.pull(act, deployment.escrow, act.sender, deployment.escrow, amount);
  const bonded = (node: Address): Address => {
    const { stake, unbondReady } = escrow.miner(node);
    need(stake !== 0n || unbondReady !== 0, 'NotNode');
    return node;
  };
  /** The node that the sender operates now, or else the sender. */
  const nodeOf = (sender: Address): Address => {
    const span = escrow.span(sender);
    return (span?.to === current ? span.node : sender) as Address;
  };
  const unplayed = (name: string) => () => {
    throw notPlayed(name);
  };

  const functions: Plays<Parameters> = {
    bond: (args, act) => {
      const { amount, operator, info } = args;
      const availableUntil = Number(args.availableUntil);
      const before = escrow.miner(act.sender).operator;
      escrow.bond(act.sender, amount, operator, availableUntil);
      if (operator !== before) {
        consents(operator, args, act);
        if (before !== '')
          act.emit('OperatorSet', { node: act.sender, operator, fromEpoch: escrow.span(operator)?.from });
      }
      act.emit('Bonded', { node: act.sender, operator, amount, availableUntil });
      announce(act, act.sender, info);
      pull(act, amount);
    },
    bondWithPermit: unplayed('bondWithPermit'),
    heartbeatBySig: unplayed('heartbeatBySig'),
    heartbeatBatch: unplayed('heartbeatBatch'),
    topUp: ({ node, amount }, act) => {
      escrow.topUp(node, amount);
      act.emit('ToppedUp', { node, amount });
      pull(act, amount);
    },
    setOperator: (args, act) => {
      const { operator } = args;
      bonded(act.sender);
      consents(operator, args, act);
      escrow.setOperator(act.sender, operator);
      act.emit('OperatorSet', { node: act.sender, operator, fromEpoch: escrow.span(operator)?.from });
    },
    setNodeInfo: ({ info }, act) => announce(act, bonded(nodeOf(act.sender)), info),
    setMinRate: ({ minRate }, act) => {
      const node = nodeOf(act.sender);
      escrow.setMinRate(node, minRate);
      act.emit('MinRateSet', { node, minRate });
    },
    extendAvailability: ({ epoch }, act) => {
      escrow.extendAvailability(act.sender, Number(epoch));
      act.emit('AvailabilityExtended', { node: act.sender, epoch });
    },
    heartbeat: ({ count }, act) => {
      escrow.heartbeat(act.sender, Number(count));
      act.emit('Heartbeat', { node: nodeOf(act.sender), firstEpoch: escrow.epoch + 1, count });
    },
    requestUnbond: (args, act) => {
      const amount = BigInt(args[0]);
      escrow.requestUnbond(act.sender, amount);
      const readyEpoch = escrow.miner(act.sender).unbondReady;
      act.emit('UnbondRequested', { node: act.sender, amount, readyEpoch });
    },
    cancelUnbond: (_args, act) => {
      escrow.cancelUnbond(act.sender);
      act.emit('UnbondCancelled', { node: act.sender });
    },
    withdrawStake: ({ to }, act) => {
      const amount = escrow.withdrawStake(act.sender);
      act.emit('StakeWithdrawn', { node: act.sender, to, amount });
      token.move(act, deployment.escrow, to, amount);
    },
    withdrawCredit: ({ to }, act) => {
      const amount = escrow.credit.empty(act.sender);
      act.emit('CreditWithdrawn', { who: act.sender, to, amount });
      token.move(act, deployment.escrow, to, amount);
    },
    fundRewards: ({ firstPeriod, periods, perEpoch }, act) => {
      const [first, count] = [Number(firstPeriod), Number(periods)];
      const amount = escrow.fundRewards(first, count, perEpoch);
      for (let k = 0; k < count; k += 1) {
        act.emit('RewardsFunded', { period: first + k, amount: amount / BigInt(count) });
      }
      pull(act, amount);
    },
    claimRewards: (args, act) => {
      const [node, to] = [args[0] as Address, Number(args[1])];
      const from = escrow.miner(node).claimedThrough + 1;
      const amount = escrow.claimRewards(node, to);
      act.emit('RewardsClaimed', { node, from, to: escrow.miner(node).claimedThrough, amount });
      return amount;
    },
    previewReward: ({ node, to }) => {
      // Views work on a state that nobody keeps, so the claim itself can be tried.
      const { claimedThrough } = escrow.miner(node);
      try {
        const amount = escrow.claimRewards(node, Number(to));
        return [amount, escrow.miner(node).claimedThrough];
      } catch {
        return [0n, claimedThrough];
      }
    },
    skipRewards: (args, act) => {
      const from = escrow.miner(act.sender).claimedThrough + 1;
      escrow.skipRewards(act.sender, Number(args[0]));
      const to = escrow.miner(act.sender).claimedThrough;
      act.emit('RewardsClaimed', { node: act.sender, from, to, amount: 0n });
    },
    slash: unplayed('slash but by the Adjudicator'),
    voidEpochs: unplayed('voidEpochs but by the Adjudicator'),
    adjudicator: () => deployment.adjudicator,
    token: () => deployment.token,
    rules: () => rules,
    epochLength: () => rules.epochLength,
    disputeWindow: () => rules.disputeWindow,
    evidenceWindow: () => rules.evidenceWindow,
    unbondingEpochs: () => rules.unbonding,
    minStake: () => rules.minStake,
    weightUnit: () => rules.weightUnit,
    currentEpoch: () => escrow.epoch,
    totalStake: () => escrow.totalStake,
    penaltyPot: () => escrow.penaltyPot,
    carry: () => escrow.carry,
    rewards: ({ period }) => {
      const { pot, left } = escrow.reserve(Number(period));
      return [pot, left];
    },
    credit: ({ who }) => escrow.credit.of(who),
    miner: ({ node }) => {
      const { bits: _bits, judged: _judged, weights, operator, ...its } = escrow.miner(node);
      return {
        ...its,
        operator: operator === '' ? zeroAddress : operator,
        weight: weights.at(-1)?.weight ?? 0n,
        weightChanges: weights.length,
        nonce: 0,
      };
    },
    span: ({ operator }) => {
      const { node, from, to } = escrow.span(operator) ?? { node: zeroAddress, from: 0, to: 0 };
      return [node, from, to];
    },
    operatorValid: ({ node, operator, epoch }) => escrow.operatorValid(node, operator, Number(epoch)),
    isBonded: ({ node }) => escrow.miner(node).stake >= rules.minStake,
    isActive: ({ node, epoch }) => escrow.miner(node).bits.has(Number(epoch)),
    activeEpochs: ({ node, from, to }) => escrow.activeEpochs(node, Number(from), Number(to)),
    slashable: ({ node }) => {
      const { stake, unbonding } = escrow.miner(node);
      return stake + unbonding;
    },
    isJudged: ({ node, kind, epoch }) =>
      escrow.miner(node).judged.has(`${kind === 1n ? 'liveness' : 'correctness'} ${epoch}`),
    weightAt: ({ node, epoch }) => escrow.weightAt(node, Number(epoch)),
    totalWeight: ({ epoch }) => escrow.totalWeight(Number(epoch)),
  };
  return { address: deployment.escrow, abi: minerEscrowAbi, functions };
}
