/** The agents against the contracts themselves: what they return is shaped as their types say. */

import {
  type Chain,
  type Deployment,
  type Hex,
  isRevert,
  KeyRegistry,
  MinerEscrow,
  PolicyManager,
  readNodeInfos,
  readRegistry,
  Token,
} from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import { addressOf, compactSignature, keyPairHash, policyIdOf, signTyped, toHex } from 'dintel/protocol';
import { HDNodeWallet } from 'ethers';
import { network } from 'hardhat';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployDintel } from '../../ignition/deploy.ts';
import { contractsOf } from '../../lib/characters/network.ts';
import { SecretKey } from '../../lib/umbral/index.ts';

const wallet = (index: number) =>
  HDNodeWallet.fromPhrase('test test test test test test test test test test test junk', '', `m/44'/60'/0'/0/${index}`);
const word = (byte: string): Hex => `0x${byte.repeat(32)}`;

let close: () => Promise<void>;
let deployment: Deployment;
let alice: Chain;
let staker: Chain;
let treasury: Chain;
beforeAll(async () => {
  const server = await network.createServer('default', '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const rpcUrl = `http://${address}:${port}`;
  close = () => server.close();
  const connection = await network.create({ network: 'remote', override: { type: 'http', url: rpcUrl } as never });
  deployment = await deployDintel(connection, 'local');
  await connection.close();
  [treasury, alice, staker] = (await Promise.all(
    [0, 1, 2].map((i) => ethersChain({ rpcUrl, privateKey: wallet(i).privateKey as Hex })),
  )) as [Chain, Chain, Chain];
}, 120_000);
afterAll(() => close?.());

const head = async () => Number((await treasury.block('latest'))?.timestamp);

describe('agents', () => {
  it('a node from bond to exit, read back from contract and events alike', async () => {
    const escrow = new MinerEscrow(staker, deployment.escrow);
    const token = new Token(treasury, deployment.token);
    expect(await token.symbol()).toBe('DNTL');
    expect(await token.decimals()).toBe(18);
    const minStake = await escrow.minStake();
    await (await token.transfer(staker.account, 4n * minStake)).wait();
    await (await new Token(staker, deployment.token).approve(deployment.escrow, 4n * minStake)).wait();
    expect(await token.allowance(staker.account, deployment.escrow)).toBe(4n * minStake);
    const operator = SecretKey.random();
    const info = {
      url: 'https://node.example',
      encryptingKey: SecretKey.random().publicKey.toBytes(),
      keyNumber: 3,
      peerId: Uint8Array.of(1, 2, 3),
      protocol: 1,
    };
    const consentDeadline = (await head()) + 600;
    const consent = signTyped('OperatorConsent', operator, contractsOf(deployment), {
      node: staker.account,
      deadline: consentDeadline,
    });
    const epoch = await escrow.currentEpoch();
    expect(typeof epoch).toBe('number');
    expect(await escrow.epochLength()).toBe(30);
    const bond = {
      amount: 2n * minStake,
      operator: addressOf(operator.publicKey),
      consent,
      consentDeadline,
      availableUntil: epoch + 100,
      info,
    };
    const bonded = await (await escrow.bond(bond)).wait();
    const events = bonded.logs.filter((log) => log.address === escrow.address).map((log) => escrow.decode(log));
    expect(events.find((event) => event.event === 'Bonded')?.args).toEqual({
      node: staker.account,
      operator: bond.operator,
      amount: bond.amount,
      availableUntil: epoch + 100,
    });
    expect(events.find((event) => event.event === 'NodeInfoSet')?.args).toEqual({ node: staker.account, ...info });
    await (await escrow.setMinRate(9n)).wait();
    await (await escrow.topUp(staker.account, minStake)).wait();
    const beat = {
      node: staker.account,
      firstEpoch: (await escrow.currentEpoch()) + 1,
      count: 8,
      nonce: (await escrow.miner(staker.account)).nonce,
      deadline: (await head()) + 600,
    };
    const delivered = new MinerEscrow(treasury, deployment.escrow);
    await (
      await delivered.heartbeatBySig(beat, signTyped('Heartbeat', operator, contractsOf(deployment), beat))
    ).wait();

    const miner = await escrow.miner(staker.account);
    expect(miner).toMatchObject({
      operator: bond.operator,
      stake: 3n * minStake,
      minRate: 9n,
      availableUntil: epoch + 100,
      nonce: beat.nonce + 1n,
    });
    const registry = await readRegistry(treasury, { deployment });
    const record = registry.get(staker.account);
    expect(record).toMatchObject({
      stake: miner.stake,
      minRateWei: 9n,
      availableUntil: miner.availableUntil,
      info,
      jailed: false,
    });
    expect(record?.operators.at(-1)?.operator).toBe(miner.operator);
    for (const e of [beat.firstEpoch - 1, beat.firstEpoch, beat.firstEpoch + 7, beat.firstEpoch + 8]) {
      expect(registry.isActive(staker.account, e)).toBe(await escrow.isActive(staker.account, e));
    }
    expect(await escrow.span(bond.operator)).toMatchObject({ node: staker.account, to: 2 ** 32 - 1 });
    expect(await escrow.operatorValid(staker.account, bond.operator, epoch)).toBe(true);
    expect(await escrow.operatorValid(staker.account, alice.account, epoch)).toBe(false);
    expect((await readNodeInfos(treasury, { deployment, nodes: [staker.account] })).get(staker.account)).toEqual(info);
    expect((await readNodeInfos(treasury, { deployment, nodes: [alice.account] })).size).toBe(0);

    await (await escrow.requestUnbond(minStake)).wait();
    expect((await escrow.miner(staker.account)).unbonding).toBe(minStake);
    const early = await escrow.withdrawStake(staker.account).catch((reason: unknown) => reason);
    expect(isRevert(early, 'StillLocked')).toBe(true);
    await (await escrow.cancelUnbond()).wait();
    expect((await readRegistry(treasury, { deployment })).get(staker.account)).toMatchObject({
      stake: 3n * minStake,
      unbonding: 0n,
    });
  });

  it('a policy from quote to revocation', async () => {
    const manager = new PolicyManager(alice, deployment.policyManager);
    const expiresAt = (await head()) + 300;
    const terms = { salt: word('5a'), root: word('77'), shares: 5, rate: 7n, expiresAt };
    const id = policyIdOf({ ...contractsOf(deployment), owner: alice.account, salt: terms.salt });
    expect(await manager.policyIdOf(alice.account, terms.salt)).toBe(id);
    expect(await manager.policy(id)).toBeUndefined();
    const { deposit, start, end } = await manager.quote(terms.rate, terms.shares, expiresAt);
    expect(deposit).toBe(7n * 5n * BigInt(end - start + 1));
    const wrong = await manager.createPolicy({ terms, valueWei: deposit - 1n }).catch((reason: unknown) => reason);
    expect(isRevert(wrong, 'WrongPayment')).toBe(true);
    const note = { tag: word('0e'), envelope: Uint8Array.of(1, 2, 3) };
    const created = await (await manager.createPolicy({ terms, note, valueWei: deposit })).wait();
    const events = created.logs.map((log) => manager.decode(log));
    expect(events.map(({ event }) => event).sort()).toEqual(['Notice', 'PolicyCreated']);
    expect(events.find(({ event }) => event === 'Notice')?.args).toEqual({ id, ...note });
    expect(await manager.policy(id)).toEqual({
      owner: alice.account,
      start,
      end,
      shares: 5,
      revoked: false,
      root: terms.root,
      rate: 7n,
      left: deposit,
      expiresAt,
      sponsored: false,
    });
    expect(await manager.isServable(id, expiresAt - 1)).toBe(true);
    expect(await manager.isServable(id, expiresAt)).toBe(false);
    const again = await manager.createPolicy({ terms, valueWei: deposit }).catch((reason: unknown) => reason);
    expect(isRevert(again, 'PolicyExists')).toBe(true);
    const stranger = new PolicyManager(staker, deployment.policyManager);
    expect(isRevert(await stranger.revoke(id).catch((reason: unknown) => reason), 'NotOwner')).toBe(true);
    await (await manager.revoke(id)).wait();
    expect(await manager.policy(id)).toMatchObject({ revoked: true });
    const found = await manager.events({
      event: 'PolicyRevoked',
      indexed: { id },
      range: { fromBlock: 0n, toBlock: 1_000n },
    });
    expect(found).toHaveLength(1);
    expect(await manager.credit(alice.account)).toBeGreaterThan(0n);
    await (await manager.withdraw(alice.account)).wait();
    expect(await manager.credit(alice.account)).toBe(0n);
  });

  it('keys registered with proof come back by version', async () => {
    const registry = new KeyRegistry(alice, deployment.keyRegistry);
    expect(await registry.keysOf(alice.account)).toBeUndefined();
    const receiving = SecretKey.random();
    const verifying = SecretKey.random();
    const message = { owner: alice.account, keys: keyPairHash(receiving.publicKey, verifying.publicKey), version: 1 };
    const proof = (key: SecretKey) =>
      compactSignature(signTyped('KeyPossession', key, contractsOf(deployment), message));
    const affine = (key: SecretKey) => {
      const bytes = toHex(key.publicKey.toUncompressed()).slice(2).replace(/^04/, '');
      return [BigInt(`0x${bytes.slice(0, 64)}`), BigInt(`0x${bytes.slice(64)}`)] as const;
    };
    const [[rx, ry], [vx, vy]] = [affine(receiving), affine(verifying)];
    const [byR, byV] = [proof(receiving), proof(verifying)];
    await (await registry.register({ rx, ry, vx, vy, rr: byR.r, rvs: byR.vs, vr: byV.r, vvs: byV.vs }, 1)).wait();
    const keys = await registry.keysOf(alice.account);
    expect(keys).toMatchObject({
      receiving: receiving.publicKey.toBytes(),
      verifying: verifying.publicKey.toBytes(),
      version: 1,
    });
    expect(await registry.keysAt(alice.account, 1)).toEqual(keys);
    expect(await registry.keysAt(alice.account, 2)).toBeUndefined();
  });
});
