/**
 * The TypeScript model of PolicyManager and MinerEscrow against the contracts: the same random acts for both, the same refusals,
 * the same numbers after each. `DINTEL_MODEL_SEEDS=50 DINTEL_MODEL_STEPS=500` makes it long.
 */
import { expect } from 'chai';
import type { Wallet } from 'ethers';
import { EscrowModel, type Miner, type Offence, PolicyModel, Refused } from '../../lib/testing/model/index.ts';
import { cohortOf } from './support/cohort.ts';
import { refusal } from './support/court.ts';
import { signStructure } from './support/typed.ts';
import { type Callable, epochLength, hash, info, makeWorld, minStake, noNote } from './support/world.ts';

const seeds = Number(process.env.DINTEL_MODEL_SEEDS ?? 2);
const steps = Number(process.env.DINTEL_MODEL_STEPS ?? 120);
const unit = 10n ** 18n;
const rate = 10n ** 9n;
const far = 2n ** 40n;
const length = Number(epochLength);

/** Marsaglia's xorshift, so that a seed names a run. Numbers below `bound`. */
function dice(seed: number): (bound: number) => number {
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  return (bound) => {
    state ^= (state << 13) >>> 0;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % bound;
  };
}

interface Act {
  readonly name: string;
  readonly contract: Callable;
  readonly from: Wallet | 'adjudicator';
  readonly method: string;
  readonly args: readonly unknown[];
  readonly value?: bigint;
  readonly model: () => unknown;
}

/** One chain and one model, and every hand that acts on both. */
async function makePair(seed: number) {
  const world = await makeWorld();
  const { escrow, manager, deployment } = world;
  const { ethers, networkHelpers } = world.connection;
  const roll = dice(seed);
  const clock = { now: Number(await world.now()) };
  const rules = {
    epochLength: length,
    disputeWindow: 2,
    evidenceWindow: 14,
    unbonding: 21,
    minStake,
    weightUnit: unit,
  };
  const model = new EscrowModel(rules, clock);
  const policies = new PolicyModel(model, clock);
  const nodes = await Promise.all([1, 2, 3, 4].map((i) => world.wallet(i)));
  const owners = await Promise.all([11, 12].map((i) => world.wallet(i)));
  const operators = await Promise.all(Array.from({ length: 16 }, (_, i) => world.wallet(20 + i)));
  const reporter = await world.wallet(40);
  const lens = (await ethers.deployContract('Lens')) as unknown as Callable;
  for (const node of nodes) {
    await world.send(world.token, undefined, 'transfer', [node.address, 1_000_000n * unit]);
    await world.send(world.token, node, 'approve', [deployment.escrow, far * unit]);
  }
  await networkHelpers.setBalance(deployment.adjudicator, 10n ** 24n);
  await networkHelpers.impersonateAccount(deployment.adjudicator);
  const judge = await ethers.getSigner(deployment.adjudicator);
  clock.now = Number(await world.now());
  const cohort = cohortOf(
    nodes.slice(0, 3).map((node) => node.address),
    'model',
  );
  const ids: string[] = [];
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const operatorOf = (node: Wallet) =>
    operators.find(({ address }) => address === model.miner(node.address).operator) ?? pick(operators);

  const bondAct = async () => {
    const idle = nodes.filter(({ address }) => model.miner(address).stake === 0n);
    const node = pick(idle.length > 0 && roll(4) > 0 ? idle : nodes);
    const operator = roll(3) === 0 ? operatorOf(node) : pick(operators);
    const amount = minStake - unit + BigInt(roll(1000)) * 100n * unit + BigInt(roll(1000));
    const until = model.epoch + roll(30) - 1;
    const consent = await signStructure(operator, 'OperatorConsent', deployment.escrow, {
      node: node.address,
      deadline: far,
    });
    const args = [amount, operator.address, far, consent, until, info];
    const act = () => model.bond(node.address, amount, operator.address, until);
    return { name: 'bond', contract: escrow, from: node, method: 'bond', args, model: act };
  };

  const nodeActs: readonly (() => Promise<Act> | Act)[] = [
    bondAct,
    () => {
      const [node, amount] = [pick(nodes), BigInt(roll(3)) * 777n * unit];
      const act = () => model.topUp(node.address, amount);
      return { name: 'topUp', contract: escrow, from: node, method: 'topUp', args: [node.address, amount], model: act };
    },
    async () => {
      const [node, operator] = [pick(nodes), pick(operators)];
      const message = { node: node.address, deadline: far };
      const consent = await signStructure(operator, 'OperatorConsent', deployment.escrow, message);
      const args = [operator.address, far, consent];
      const act = () => model.setOperator(node.address, operator.address);
      return { name: 'setOperator', contract: escrow, from: node, method: 'setOperator', args, model: act };
    },
    () => {
      const [node, least] = [pick(nodes), BigInt(roll(5))];
      const act = () => model.setMinRate(node.address, least);
      return { name: 'setMinRate', contract: escrow, from: node, method: 'setMinRate', args: [least], model: act };
    },
    () => {
      const [node, to] = [pick(nodes), model.epoch + roll(60) - 2];
      const act = () => model.extendAvailability(node.address, to);
      return { name: 'extend', contract: escrow, from: node, method: 'extendAvailability', args: [to], model: act };
    },
    () => {
      const [node, part] = [pick(nodes), roll(4)];
      const { stake } = model.miner(node.address);
      const amount = part === 0 ? stake : (stake * BigInt(part)) / 8n;
      const act = () => model.requestUnbond(node.address, amount);
      return { name: 'unbond', contract: escrow, from: node, method: 'requestUnbond', args: [amount], model: act };
    },
    () => {
      const node = pick(nodes);
      const act = () => model.cancelUnbond(node.address);
      return { name: 'cancel', contract: escrow, from: node, method: 'cancelUnbond', args: [], model: act };
    },
    () => {
      const node = pick(nodes);
      const act = () => model.withdrawStake(node.address);
      return { name: 'leave', contract: escrow, from: node, method: 'withdrawStake', args: [node.address], model: act };
    },
    () => {
      const who = pick([...nodes, reporter]);
      const act = () => model.credit.empty(who.address);
      return { name: 'credit', contract: escrow, from: who, method: 'withdrawCredit', args: [who.address], model: act };
    },
    () => {
      const first = Math.floor(model.epoch / 64) + roll(3);
      const [count, perEpoch] = [roll(4), BigInt(1 + roll(1_000_000)) * 10n ** 12n + 7n];
      const args = [first, count, perEpoch];
      const act = () => model.fundRewards(first, count, perEpoch);
      return { name: 'fund', contract: escrow, from: pick(nodes), method: 'fundRewards', args, model: act };
    },
    () => {
      const [node, to] = [pick(nodes), model.epoch - roll(90)];
      const act = () => model.claimRewards(node.address, to);
      const args = [node.address, to];
      return { name: 'claim', contract: escrow, from: reporter, method: 'claimRewards', args, model: act };
    },
    () => {
      const [node, to] = [pick(nodes), model.epoch - roll(20)];
      const act = () => model.skipRewards(node.address, to);
      return { name: 'skip', contract: escrow, from: node, method: 'skipRewards', args: [to], model: act };
    },
    () => {
      const index = Math.floor(model.epoch / 64) - roll(8);
      const act = () => model.recycle(index);
      return { name: 'recycle', contract: escrow, from: reporter, method: 'recycle', args: [index], model: act };
    },
    () => ({
      name: 'pot',
      contract: escrow,
      from: reporter,
      method: 'recyclePot',
      args: [],
      model: () => model.recyclePot(),
    }),
  ];
  const beat = (): Act => {
    const operator = roll(6) === 0 ? pick(operators) : operatorOf(pick(nodes));
    const count = roll(12) === 0 ? 9 : 1 + roll(8);
    const act = () => model.heartbeat(operator.address, count);
    return { name: 'beat', contract: escrow, from: operator, method: 'heartbeat', args: [count], model: act };
  };
  const punish = (): Act => {
    const node = pick(nodes);
    if (roll(3) === 0) {
      const from = model.epoch - 4 + roll(8);
      const to = from + roll(8);
      const act = () => model.voidEpochs(node.address, from, to);
      const args = [node.address, from, to];
      return { name: 'void', contract: escrow, from: 'adjudicator', method: 'voidEpochs', args, model: act };
    }
    const kind: Offence = roll(2) === 0 ? 'liveness' : 'correctness';
    const [operator, epoch] = [operatorOf(node), model.epoch - roll(17) + 1];
    const to = roll(2) === 0 ? reporter.address : undefined;
    const act = () => model.slash(node.address, operator.address, kind, epoch, to);
    const zero = `0x${'00'.repeat(20)}`;
    const args = [node.address, operator.address, kind === 'liveness' ? 1 : 0, epoch, to ?? zero];
    return { name: 'slash', contract: escrow, from: 'adjudicator', method: 'slash', args, model: act };
  };
  const policyActs: readonly (() => Promise<Act> | Act)[] = [
    async () => {
      const owner = pick(owners);
      const salt = hash(`salt ${ids.length}`);
      const id = await world.read<string>(manager, 'policyIdOf', owner.address, salt);
      const expiresAt = clock.now + roll(20 * length) - 3;
      const offer = { id, owner: owner.address, sponsor: owner.address, shares: 3, rate, expiresAt };
      let price = 1n;
      if (expiresAt > clock.now)
        price = policies.quote(rate, 3, expiresAt).deposit + BigInt(roll(4) === 0 ? 3n * rate : 0n);
      const terms = { salt, root: cohort.root, shares: 3, rate, expiresAt };
      const act = () => {
        policies.create(offer, price);
        ids.push(id);
      };
      const args = [terms, noNote];
      return { name: 'create', contract: manager, from: owner, method: 'createPolicy', args, value: price, model: act };
    },
    () => {
      const id = pick(ids);
      const its = policies.policy(id);
      const owner = owners.find(({ address }) => address === its.owner) as Wallet;
      const expiresAt = its.expiresAt + roll(5 * length);
      const end = Math.max(its.end, Math.floor((expiresAt - 1) / length));
      const price = rate * 3n * BigInt(end - its.end);
      const act = () => policies.extend(id, owner.address, expiresAt, price);
      const args = [id, expiresAt, 0, '0x'];
      return {
        name: 'prolong',
        contract: manager,
        from: owner,
        method: 'extendPolicy',
        args,
        value: price,
        model: act,
      };
    },
    () => {
      const [id, owner] = [pick(ids), pick(owners)];
      const act = () => policies.revoke(id, owner.address);
      return { name: 'revoke', contract: manager, from: owner, method: 'revoke', args: [id], model: act };
    },
    () => {
      const id = pick(ids);
      const act = () => policies.close(id);
      return { name: 'close', contract: manager, from: reporter, method: 'close', args: [id], model: act };
    },
    () => {
      const who = pick([...nodes, ...owners]);
      const act = () => policies.credit.empty(who.address);
      return { name: 'withdraw', contract: manager, from: who, method: 'withdraw', args: [who.address], model: act };
    },
  ];
  const settle = (): Act => {
    const [id, index] = [pick(ids), roll(3)];
    const leaf = cohort.leaves[index] as { node: string };
    const act = () => policies.settle(id, index, leaf.node);
    const args = [id, leaf, cohort.proofs[index]];
    return { name: 'settle', contract: manager, from: reporter, method: 'settle', args, model: act };
  };

  const next = (): Promise<Act> | Act => {
    // an empty network refuses nearly everything
    if (roll(3) > 0 && nodes.some(({ address }) => model.miner(address).stake === 0n)) return bondAct();
    const which = roll(10);
    if (which < 3) return beat();
    if (which < 4) return punish();
    if (which < 7) return pick(nodeActs)();
    if (ids.length === 0) return (policyActs[0] as () => Promise<Act>)();
    return which < 8 ? settle() : pick(policyActs)();
  };

  return {
    world,
    model,
    policies,
    ids,
    /** One act on both; what each refused with. */
    async step() {
      const jump = roll(8);
      clock.now += 1 + (jump === 0 ? roll(40) * length : 0) + roll(jump < 4 ? length : 4);
      const act = await next();
      await networkHelpers.time.setNextBlockTimestamp(clock.now);
      const signer = act.from === 'adjudicator' ? judge : act.from.connect(ethers.provider);
      const overrides = { gasLimit: 5_000_000, value: act.value ?? 0n };
      const call = (act.contract.connect(signer) as Callable).getFunction(act.method);
      const got = await refusal(call(...act.args, overrides));
      let want = 'none';
      try {
        act.model();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        want = error.code;
      }
      return { name: act.name, got: got.replace(/\(.*/, ''), want };
    },
    /** Every number of both, side by side. */
    async compare(about: string) {
      const first = model.epoch - 6;
      const addresses = nodes.map(({ address }) => address);
      const seen = await world.read<[boolean[], bigint[], bigint[]]>(
        lens,
        'look',
        deployment.escrow,
        addresses,
        first,
        15,
      );
      const epochs = Array.from({ length: 15 }, (_, k) => first + k);
      const want = {
        bits: addresses.flatMap((node) => epochs.map((epoch) => model.miner(node).bits.has(epoch))),
        weights: addresses.flatMap((node) => epochs.map((epoch) => model.weightAt(node, epoch))),
        lanes: epochs.map((epoch) => model.totalWeight(epoch)),
      };
      const [bits, weights, lanes] = seen.map((list) => [...list]);
      expect({ bits, weights, lanes }, about).to.deep.equal(want);
      for (const node of addresses) {
        const its = await world.read<Record<keyof Miner, unknown>>(escrow, 'miner', node);
        const { bits: _, weights: __, judged: ___, operator, ...numbers } = model.miner(node);
        expect(BigInt(its.operator as string), about).to.equal(BigInt(operator === '' ? 0 : operator));
        for (const [field, value] of Object.entries(numbers))
          expect(its[field as keyof Miner], `${about}: ${field}`).to.equal(BigInt(value));
      }
      for (const who of [...addresses, reporter.address])
        expect(await world.read(escrow, 'credit', who), `${about}: credit`).to.equal(model.credit.of(who));
      for (const who of [...addresses, ...owners.map(({ address }) => address)])
        expect(await world.read(manager, 'credit', who), `${about}: fees`).to.equal(policies.credit.of(who));
      for (const field of ['totalStake', 'penaltyPot', 'carry'] as const)
        expect(await world.read(escrow, field), `${about}: ${field}`).to.equal(model[field]);
      for (let p = Math.floor(model.epoch / 64) - 7; p < model.epoch / 64 + 5; p += 1) {
        const { pot, left } = model.reserve(p);
        expect([...(await world.read<[bigint, bigint]>(escrow, 'rewards', p))], `${about}: period`).to.eql([pot, left]);
      }
      for (const id of ids.slice(-6)) {
        const its = await world.read<Record<string, unknown>>(manager, 'policy', id);
        const { end, left, expiresAt, revoked, settled } = policies.policy(id);
        expect([its.end, its.left, its.expiresAt, its.revoked], `${about}: policy`).to.eql([
          BigInt(end),
          left,
          BigInt(expiresAt),
          revoked,
        ]);
        for (const index of [0, 1, 2])
          expect(await world.read(manager, 'settledEpochs', id, index)).to.equal(BigInt(settled.get(index) ?? 0));
      }
    },
  };
}

describe('model and contracts', () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    it(`agree on ${steps} acts of seed ${seed}`, async () => {
      const pair = await makePair(seed);
      const done = new Map<string, number>();
      try {
        for (let step = 0; step < steps; step += 1) {
          const { name, got, want } = await pair.step();
          const about = `seed ${seed}, step ${step}, ${name}`;
          expect(got, about).to.equal(want);
          await pair.compare(about);
          if (got === 'none') done.set(name, (done.get(name) ?? 0) + 1);
        }
        // a run in which nearly everything is refused proves nothing
        expect([...done.keys()].length, [...done].join(' ')).to.be.at.least(10);
      } finally {
        await pair.world.connection.close();
      }
    }).timeout(600_000);
  }
});
