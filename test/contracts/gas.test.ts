/** What operations cost and weigh, as they are deployed: promised, recorded, and the same however much lies on the chain. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Wallet } from 'ethers';
import { createSpread, measureGas, missedOf } from '../../bench/gasTable.ts';
import { cohortOf } from './support/cohort.ts';
import { type Callable, hash, makeWorld, noNote, type World } from './support/world.ts';

const policies = Number(process.env.DINTEL_FLAT_POLICIES ?? 10_000);
const lives = Math.max(20, policies / 80);
const unit = 10n ** 18n;
const rate = 10n ** 9n;

describe('gas', () => {
  it('is what was promised, and not 2 % above what was recorded (bench/gas.json)', async () => {
    const file = new URL('../../bench/gas.json', import.meta.url);
    const rows = await measureGas();
    expect(missedOf(rows, JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>)).to.deep.equal([]);
    expect(createSpread(rows)).to.be.at.most(0.02);
  }).timeout(120_000);

  it(`is the same within 2 % after ${policies.toLocaleString('en')} policies and the beats of ${lives * 8} epochs`, async () => {
    const world = await makeWorld('production');
    const network = await makeNetwork(world);
    await network.measure();
    const before = await network.measure();
    await network.grow();
    const after = await network.measure();
    for (const [operation, gas] of Object.entries(before)) {
      expect(after[operation] as number, operation).to.be.within(gas * 0.98, gas * 1.02);
    }
    await world.connection.close();
  }).timeout(120_000);
});

describe('code', () => {
  it('of each deployed contract and library has at most 12,288 bytes', async () => {
    const world = await makeWorld('production');
    const { provider } = world.connection.ethers;
    const file = new URL('../../ignition/bytecode.json', import.meta.url);
    const artifacts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { bytecode: string }>;
    const { token, escrow, policyManager, keyRegistry, adjudicator } = world.deployment;
    for (const address of [token, escrow, policyManager, keyRegistry, adjudicator])
      expect((await provider.getCode(address)).length / 2 - 1, address).to.be.within(1_000, 12_288);
    for (const name of ['Exits', 'Penalties', 'Rewards', 'SignedBeats'])
      expect((artifacts[name]?.bytecode.length ?? 0) / 2 - 1, name).to.be.within(1_000, 12_288);
    expect(Object.keys(artifacts).length).to.equal(9);
    await world.connection.close();
  });
});

/** Five nodes and an owner, the cost of each operation at the same place of the words that it writes, and a way to fill the chain. */
async function makeNetwork(world: World) {
  const { escrow, manager, token, deployment, connection, send, epoch, skip } = world;
  const { provider } = connection.ethers;
  const alice = await world.wallet(1);
  const nodes = await Promise.all([11, 12, 13, 14, 15].map((i) => world.wallet(i)));
  const operators = await Promise.all([21, 22, 23, 24, 25].map((i) => world.wallet(i)));
  for (const [i, node] of nodes.entries()) await world.bond(node, operators[i] as Wallet);
  const [first] = await connection.ethers.getSigners();
  await send(token, undefined, 'approve', [deployment.escrow, 10n ** 27n]);
  const [node, operator] = [nodes[1] as Wallet, operators[1] as Wallet];
  // whose weight ever changed reads a word of history more
  await skip(1);
  await send(escrow, undefined, 'topUp', [node.address, unit]);
  let round = 0;

  const gasOf = async (contract: Callable, from: Wallet, method: string, args: readonly unknown[], value?: bigint) => {
    const sent = await send(contract, from, method, args, value);
    return Number((await provider.getTransactionReceipt(sent.hash))?.gasUsed);
  };
  const termsOf = async (root: string, shares: number) => {
    round += 1;
    return { salt: hash(`flat ${round}`), root, shares, rate, expiresAt: (await world.now()) + 600n };
  };
  const create = async (root: string) => {
    const terms = await termsOf(root, 5);
    const [deposit] = await world.read<[bigint]>(manager, 'quote', rate, 5, terms.expiresAt);
    const id = await world.read<string>(manager, 'policyIdOf', alice.address, terms.salt);
    return { id, gas: await gasOf(manager, alice, 'createPolicy', [terms, noNote], deposit) };
  };

  return {
    async measure(): Promise<Record<string, number>> {
      // each measurement begins with fresh words of bits and lanes, and a period of its own
      const start = ((await epoch()) / 256n + 1n) * 256n;
      await send(escrow, undefined, 'fundRewards', [start / 64n, 1, unit]);
      await skip(start - (await epoch()));
      for (const one of operators.filter((each) => each !== operator)) await send(escrow, one, 'heartbeat', [8]);
      const heartbeat = await gasOf(escrow, operator, 'heartbeat', [8]);
      const cohort = cohortOf(
        nodes.map(({ address }) => address),
        `flat ${round}`,
      );
      const { id, gas } = await create(cohort.root);
      await skip(12);
      const settle = (i: number) => gasOf(manager, alice, 'settle', [id, cohort.leaves[i], cohort.proofs[i]]);
      await settle(0);
      const settled = await settle(1);
      await send(escrow, node, 'skipRewards', [start]);
      const claim = await gasOf(escrow, alice, 'claimRewards', [node.address, start + 8n]);
      const revoke = await gasOf(manager, alice, 'revoke', [id]);
      return { createPolicy: gas, revoke, heartbeat, settle: settled, claim };
    },
    async grow() {
      const from = first?.address as string;
      const call = (contract: Callable, method: string, args: readonly unknown[], sender = from, value = 0n) =>
        provider.send('eth_sendTransaction', [
          {
            from: sender,
            to: contract.target,
            data: contract.interface.encodeFunctionData(method, args),
            gas: '0xe00000',
            value: `0x${value.toString(16)}`,
          },
        ]);
      for (const { address } of operators) await connection.networkHelpers.impersonateAccount(address);
      // a life: eight epochs in which everybody beats, one node is topped up, and eighty policies begin
      for (let life = 0; life < lives; life += 1) {
        for (const { address } of operators) await call(escrow, 'heartbeat', [8], address);
        await call(escrow, 'topUp', [node.address, unit]);
        const expiresAt = (await world.now()) + 100n;
        const [deposit] = await world.read<[bigint]>(manager, 'quote', rate, 5, expiresAt);
        for (const part of [27, 27, 26]) {
          const list = Array.from({ length: part }, () => {
            round += 1;
            return { salt: hash(`grow ${round}`), root: hash('root'), shares: 5, rate, expiresAt };
          });
          const notes = list.map(() => noNote);
          await call(manager, 'createPolicies', [list, notes], from, deposit * BigInt(part));
        }
        await skip(8);
      }
    },
  };
}
