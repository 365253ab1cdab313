/** What a node has earned, by the command line: shown by status, taken by withdraw. */
import { join } from 'node:path';
import { minerEscrowAbi } from 'dintel/chain';
import { makePrivateFolder } from 'dintel/platform/node';
import { Interface } from 'ethers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { writeConfig } from '../../../node/config/configFile.ts';
import { Fees } from '../../../node/tasks/fees.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { epochLength, granted, stageOf } from '../tasks/stage.ts';
import { dintelHere, secretFile } from './dintel.ts';

let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

test('settled fees are shown and withdrawn, by the stake wallet alone', { timeout: 60_000 }, async () => {
  const stage = await stageOf(chain, 2);
  onTestFinished(() => stage.store.close());
  const { node, store, manager, outbox, chainTime } = stage;
  await stage.beat();
  const policy = await granted(stage, { rate: 10n ** 16n });
  await policy.ask();
  await stage.passEpochs(6);
  const fees = new Fees({
    ...{ policies: manager, leaves: store.leaves, outbox, chainTime },
    epochLength,
    disputeEpochs: 2,
  });
  await fees.tick();
  const earned = await manager.credit(node);
  expect(earned).toBeGreaterThan(0n);

  const home = join(scratchFolder(), 'ursula');
  await makePrivateFolder(home);
  await writeConfig(home, { rpc: [chain.rpcUrl], deployment: chain.deployment, node, port: 9 });
  const own = secretFile(home, 'stake.key', wallet(2).privateKey);
  const other = secretFile(home, 'other.key', wallet(3).privateKey);
  const status = await dintelHere(['ursula', 'status', '--home', home, '--json']);
  expect(status.json).toMatchObject({ money: { feesWei: String(earned), bondsWei: '0', unsettledWei: '0' } });

  const to = `0x${'12'.repeat(20)}`;
  const withdraw = (key: string) =>
    dintelHere(['ursula', 'withdraw', '--home', home, '--stake-key-file', key, '--to', to, '--yes', '--json']);
  const refused = await withdraw(other);
  expect([refused.status, refused.json.error?.code]).toEqual([3, 'E_CONFIG']);
  const taken = await withdraw(own);
  expect(taken.json, taken.stderr).toMatchObject({ ok: true, feesWei: String(earned), rewards: '0' });
  expect(BigInt((await chain.rpc('eth_getBalance', to, 'latest')) as string)).toBe(earned);
  expect(await manager.credit(node)).toBe(0n);
  const again = await withdraw(own);
  expect(again.json).toMatchObject({ ok: true, feesWei: '0', transactions: [] });
});

test('activity rewards are claimed and withdrawn with the rest', { timeout: 60_000 }, async () => {
  const stage = await stageOf(chain, 4);
  onTestFinished(() => stage.store.close());
  const { node, escrow } = stage;
  const { token, escrow: escrowAddress } = chain.deployment;
  const from = wallet(0).address;
  const erc20 = new Interface([
    'function approve(address,uint256)',
    'function balanceOf(address) view returns (uint256)',
  ]);
  const period = Math.floor((await escrow.currentEpoch()) / 64) + 1;
  const perEpoch = 10n ** 18n;
  const send = (to: string, data: string) => chain.rpc('eth_sendTransaction', { from, to, data });
  await send(token, erc20.encodeFunctionData('approve', [escrowAddress, 64n * perEpoch]));
  await send(escrowAddress, new Interface(minerEscrowAbi).encodeFunctionData('fundRewards', [period, 1, perEpoch]));
  await stage.passEpochs(period * 64 - (await escrow.currentEpoch()));
  await stage.beat();
  await stage.passEpochs(7);

  const home = join(scratchFolder(), 'ursula');
  await makePrivateFolder(home);
  await writeConfig(home, { rpc: [chain.rpcUrl], deployment: chain.deployment, node, port: 9 });
  const key = secretFile(home, 'stake.key', wallet(4).privateKey);
  const to = `0x${'56'.repeat(20)}`;
  const withdraw = () =>
    dintelHere(['ursula', 'withdraw', '--home', home, '--stake-key-file', key, '--to', to, '--yes', '--json']);
  const taken = await withdraw();
  expect(taken.json, taken.stderr).toMatchObject({ ok: true });
  const data = erc20.encodeFunctionData('balanceOf', [to]);
  const held = BigInt((await chain.rpc('eth_call', { to: token, data }, 'latest')) as string);
  expect(held).toBeGreaterThanOrEqual(3n * perEpoch); // alone in the network: all of each awake epoch
  expect(String(taken.json.rewards)).toBe(String(held));
  expect((await withdraw()).json).toMatchObject({ ok: true, rewards: '0', transactions: [] });
});
