/** The stake wallet's commands on a real chain. */
import { join } from 'node:path';
import { makePrivateFolder } from 'dintel/platform/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeConfig } from '../../../node/config/configFile.ts';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { newPhrase } from '../../../node/keystore/phrase.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { epochLength, type Staked, stakedNode } from '../tasks/stage.ts';
import { dintelHere, secretFile } from './dintel.ts';

const unit = 10n ** 18n;
let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

/** A bonded node of 30,000 tokens with a home, and its commands. */
async function raise(index: number) {
  const staked: Staked = await stakedNode(chain, index);
  const home = join(scratchFolder(), 'ursula');
  await makePrivateFolder(home);
  const { node } = staked;
  await writeConfig(home, { rpc: [chain.rpcUrl], deployment: chain.deployment, node, url: 'http://127.0.0.1:19' });
  const keyFile = secretFile(home, 'stake.key', wallet(index).privateKey);
  const ursula = (...args: string[]) =>
    dintelHere(['ursula', ...args, '--home', home, '--stake-key-file', keyFile, '--yes', '--json']);
  return { staked, home, ursula };
}
const passEpochs = async (count: number): Promise<void> => {
  await chain.rpc('evm_increaseTime', count * epochLength);
  await chain.rpc('evm_mine');
};

test('a part leaves, comes back, leaves for good; what the contract would refuse is said before', {
  timeout: 60_000,
}, async () => {
  const { ursula } = await raise(2);
  expect((await ursula('cancel-unbond')).json).toMatchObject({ ok: false });
  for (const amount of ['5000.1', '30001', '0']) {
    const refused = await ursula('unbond', '--amount', amount);
    expect([amount, refused.status, refused.json.error?.code]).toEqual([amount, 2, 'E_AMOUNT']);
  }
  const asked = await ursula('unbond', '--amount', '5000');
  expect(asked.json, asked.stderr).toMatchObject({ stake: String(25_000n * unit), unbonding: String(5_000n * unit) });
  expect((await ursula('unbond', '--amount', '1')).json.error?.code).toBe('E_REFUSED');
  expect((await ursula('cancel-unbond')).json).toMatchObject({ stake: String(30_000n * unit), unbonding: '0' });
  expect((await ursula('withdraw-stake')).json.error).toMatchObject({
    code: 'E_REFUSED',
    message: 'no stake is unbonding',
  });

  await ursula('unbond', '--amount', '5000');
  expect((await ursula('withdraw-stake')).json.error?.code).toBe('E_REFUSED');
  await passEpochs(22);
  const to = `0x${'34'.repeat(20)}`;
  expect((await ursula('withdraw-stake', '--to', to)).json).toMatchObject({
    stake: String(25_000n * unit),
    unbonding: '0',
  });
  const data = `0x70a08231${to.slice(2).padStart(64, '0')}`;
  const held = await chain.rpc('eth_call', { to: chain.deployment.token, data }, 'latest');
  expect(BigInt(held as string)).toBe(5_000n * unit);
});

test('rate and availability; a promise is never shortened', { timeout: 60_000 }, async () => {
  const { staked, ursula } = await raise(3);
  expect((await ursula('set-rate', '--min-rate', '12345')).json).toMatchObject({ minRateWei: '12345' });
  const until = (await staked.escrow.miner(staked.node)).availableUntil;
  const longer = await ursula('extend', '--available-for', '9h');
  expect(longer.json).toMatchObject({ ok: true });
  expect(Number(longer.json.availableUntil)).toBeGreaterThan(until);
  expect((await ursula('extend', '--available-for', '1h')).json.error?.code).toBe('E_DURATION');
  expect((await ursula('extend', '--available-for', '52w')).json.error?.code).toBe('E_DURATION');
});

test('another machine takes over: its operator consents, its key and URL are announced', {
  timeout: 60_000,
}, async () => {
  const { staked, home, ursula } = await raise(4);
  const keystore = await NodeKeystore.create(join(home, 'keystore.json'), newPhrase(), 'a password for tests');
  const password = secretFile(home, 'password', 'a password for tests\n');
  const changed = await ursula('set-operator', '--password-file', password);
  expect(changed.json, changed.stderr).toMatchObject({ ok: true });
  expect(changed.json.transactions).toHaveLength(2);
  const epoch = await staked.escrow.currentEpoch();
  expect(await staked.escrow.operatorValid(staked.node, keystore.operator, epoch + 1)).toBe(true);
  expect(await staked.escrow.operatorValid(staked.node, staked.keystore.operator, epoch + 2)).toBe(false);
  const block = await staked.operator.block('latest');
  const range = { fromBlock: 0n, toBlock: block?.number ?? 0n };
  const last = (await staked.escrow.events({ event: 'NodeInfoSet', range })).at(-1);
  expect(last?.args).toMatchObject({ url: 'http://127.0.0.1:19', encryptingKey: keystore.encryptingKey().publicKey });
  expect((await ursula('set-operator', '--password-file', password)).json.error?.code).toBe('E_REFUSED');
});

test('all of it leaves', { timeout: 60_000 }, async () => {
  const { home, ursula } = await raise(5);
  const asked = await ursula('unbond', '--amount', 'all');
  expect(asked.json, asked.stderr).toMatchObject({ stake: '0', unbonding: String(30_000n * unit) });
  await passEpochs(4_000);
  expect((await ursula('withdraw-stake')).json).toMatchObject({ stake: '0', unbonding: '0' });
  const stranger = secretFile(home, 'stranger.key', wallet(7).privateKey);
  const other = await dintelHere([
    'ursula',
    'set-rate',
    '--home',
    home,
    '--stake-key-file',
    stranger,
    '--min-rate',
    '1',
    '--yes',
    '--json',
  ]);
  expect(other.json.error?.code).toBe('E_CONFIG');
  expect((await ursula('unbond', '--amount', 'all')).json.error?.code).toBe('E_REFUSED');
});
