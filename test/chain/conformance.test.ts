/** All adapters are the same `Chain`: one list of promises, run against each on a real chain. */

import { type Chain, ChainError, type ChainReader, type Hex, isRevert } from 'dintel/chain';
import { eip1193Chain, eip1193Reader } from 'dintel/chain/eip1193';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import { viemChain, viemReader } from 'dintel/chain/viem';
import { JsonRpcProvider, verifyTypedData, Wallet } from 'ethers';
import { createPublicClient, createWalletClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AbiItem } from '../../lib/chain/codec.ts';
import { otherKey, type ProbeChain, poorKey, privateKey, startProbeChain } from './probe.ts';
import { testWallet } from './testWallet.ts';

let local: ProbeChain;
beforeAll(async () => {
  local = await startProbeChain();
});
afterAll(() => local?.close());

const id: Hex = `0x${'00'.repeat(31)}aa`;
const someone: Hex = `0x${'ab'.repeat(20)}`;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ChainError);
  return (error as ChainError).code;
}

const adapters: { name: string; read(): Promise<ChainReader>; act(key: Hex): Promise<Chain> }[] = [
  {
    name: 'ethers by URL',
    read: () => ethersReader({ rpcUrl: local.rpcUrl }),
    act: (key) => ethersChain({ rpcUrl: local.rpcUrl, privateKey: key }),
  },
  {
    name: 'ethers by provider and signer',
    read: () =>
      ethersReader({ provider: new JsonRpcProvider(local.rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1 }) }),
    act: async (key) => {
      const provider = new JsonRpcProvider(local.rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1 });
      return ethersChain({ provider, signer: new Wallet(key, provider) });
    },
  },
  {
    name: 'viem',
    read: () => viemReader({ client: createPublicClient({ transport: http(local.rpcUrl) }) }),
    act: (key) =>
      viemChain({ wallet: createWalletClient({ account: privateKeyToAccount(key), transport: http(local.rpcUrl) }) }),
  },
  {
    name: 'EIP-1193, no library',
    read: () => eip1193Reader({ rpcUrl: local.rpcUrl }),
    act: (key) => eip1193Chain({ provider: testWallet(local.rpcUrl, key) }),
  },
];

describe.each(adapters)('$name', ({ read, act }) => {
  let reader: ChainReader;
  let chain: Chain;
  const at = (name: string, args: readonly unknown[] = []) => ({
    to: local.probe,
    abi: local.abi,
    function: name,
    args,
  });

  beforeAll(async () => {
    reader = await read();
    chain = await act(privateKey);
  });

  it('knows its chain and its blocks', async () => {
    expect(reader.chainId).toBe(31337);
    const latest = await reader.block('latest');
    expect(latest?.number).toBeGreaterThanOrEqual(1n);
    expect(typeof latest?.timestamp).toBe('bigint');
    expect(typeof latest?.baseFeePerGas).toBe('bigint');
    const again = await reader.block({ hash: latest?.hash as Hex });
    expect(again).toEqual(latest);
    expect((await reader.block((latest?.number as bigint) - 1n))?.hash).toBe(latest?.parentHash);
    expect(await reader.block(10_000_000n)).toBeUndefined();
    expect(await reader.block({ hash: `0x${'11'.repeat(32)}` })).toBeUndefined();
    expect((await reader.block('finalized'))?.number).toBeTypeOf('bigint');
  });

  it('gives one output bare, several in order, integers as bigint, bytes and addresses lower-case, text as it is', async () => {
    expect(await reader.call(at('one'))).toBe(7n);
    expect(await reader.call(at('several', [-5n]))).toEqual([
      -5n,
      local.probe.toLowerCase(),
      `0x${'00'.repeat(30)}abcd`,
      '0xABCD',
    ]);
    expect(await chain.call(at('nothing'))).toBeUndefined();
  });

  it('passes structs and lists both ways as plain objects', async () => {
    const inner = { small: 9n, data: '0xdeadbeef', who: [someone, chain.account] };
    const outer = { big: 2n ** 200n, inner, more: [inner, { small: 0n, data: '0x', who: [] }], flag: true };
    expect(await reader.call(at('shape', [outer]))).toEqual(outer);
  });

  it('names custom errors with their arguments, words, panics, and silence', async () => {
    const error = await reader.call(at('refuse', [3n]), { from: someone }).catch((reason: unknown) => reason);
    expect(isRevert(error, 'Refused')).toBe(true);
    expect((error as ChainError).revert?.args).toEqual({ want: 3n, who: someone });
    const words = await reader.call(at('words')).catch((reason: unknown) => reason);
    expect((words as ChainError).message).toContain('plain words');
    const panic = await reader.call(at('panic', [0n])).catch((reason: unknown) => reason);
    expect((panic as ChainError).revert).toMatchObject({ name: 'Panic', args: { code: 0x12n } });
    const silent = await reader.call(at('silent')).catch((reason: unknown) => reason);
    expect((silent as ChainError).code).toBe('chain.reverted');
    expect((silent as ChainError).revert?.name).toBeUndefined();
  });

  it('tells bad arguments, a missing function and a missing contract apart', async () => {
    expect(await codeOf(reader.call(at('shape', [{ big: 'x' }])))).toBe('chain.abi');
    expect(await codeOf(reader.call(at('absent')))).toBe('chain.abi');
    expect(await codeOf(reader.call({ ...at('one'), to: someone }))).toBe('chain.not_deployed');
  });

  it('sends, waits, and decodes what happened', async () => {
    const before = await reader.balance(chain.account);
    const sent = await chain.send({ ...at('act', [41n, id]), valueWei: 1n });
    const mined = await sent.wait();
    expect(mined.hash).toBe(sent.hash);
    expect(mined.logs.map((log) => log.event)).toEqual(['Happened', 'Plain']);
    expect(mined.logs[0]?.args).toEqual({
      who: chain.account,
      epoch: 41n,
      id,
      small: 42n,
      text: '0xABCD',
      data: '0xcafe',
    });
    // The same topic in another form, as a contract beside ours may use it in one transaction: left out, the rest is told.
    const otherwise = (local.abi as readonly AbiItem[]).map((item) =>
      item.name === 'Happened' ? { ...item, inputs: item.inputs?.map((one) => ({ ...one, indexed: false })) } : item,
    );
    expect((await reader.transaction(sent.hash, otherwise).wait()).logs.map((log) => log.event)).toEqual(['Plain']);
    expect(await reader.call(at('value'))).toBe(42n);
    expect(before - (await reader.balance(chain.account))).toBe(mined.feeWei + 1n);
    expect(await reader.call(at('value'), { at: mined.blockNumber - 1n })).not.toBe(42n);
  });

  it('simulates before it sends: a refusal costs nothing and has its name', async () => {
    const before = await reader.balance(chain.account);
    const error = await chain.send(at('refuse', [5n])).catch((reason: unknown) => reason);
    expect(isRevert(error, 'Refused')).toBe(true);
    expect(await reader.balance(chain.account)).toBe(before);
    expect(isRevert(await chain.estimate(at('refuse', [5n])).catch((reason: unknown) => reason), 'Refused')).toBe(true);
  });

  it('names the refusal of a transaction that was fine when simulated', async () => {
    await local.rpc('evm_setAutomine', [false]);
    try {
      const call = { ...at('once', [1_000n + BigInt(Math.floor(Math.random() * 1e9))]), gas: 100_000n };
      const first = await chain.send(call);
      const second = await chain.send(call);
      await local.rpc('hardhat_mine', ['0x1']);
      expect((await first.wait()).gasUsed).toBeGreaterThan(21_000n);
      const error = await second.wait().catch((reason: unknown) => reason);
      expect(isRevert(error, 'Refused')).toBe(true);
      expect((error as ChainError).transactionHash).toBe(second.hash);
      expect((error as ChainError).revert?.args.want).toBe(call.args[0]);
      const later = await reader
        .transaction(second.hash, local.abi)
        .wait()
        .catch((reason: unknown) => reason);
      expect(isRevert(later, 'Refused')).toBe(true);
      expect((await reader.transaction(first.hash, local.abi).wait()).hash).toBe(first.hash);
    } finally {
      await local.rpc('evm_setAutomine', [true]);
    }
  });

  it('notices a transaction that vanished', async () => {
    await local.rpc('evm_setAutomine', [false]);
    try {
      const sent = await chain.send({ ...at('act', [5n, id]), gas: 200_000n });
      const waiting = sent.wait().catch((reason: unknown) => reason);
      setTimeout(() => void local.rpc('hardhat_dropTransaction', [sent.hash]), 400);
      expect(await waiting).toMatchObject({ code: 'chain.dropped', transactionHash: sent.hash });
    } finally {
      await local.rpc('evm_setAutomine', [true]);
    }
  });

  it('sends many at once without losing one', async () => {
    const hashes = await Promise.all(
      [1n, 2n, 3n, 4n].map(async (n) => (await (await chain.send(at('act', [n, id]))).wait()).hash),
    );
    expect(new Set(hashes).size).toBe(4);
  });

  it('waits for depth and stops when told to', async () => {
    const sent = await chain.send(at('act', [1n, id]));
    const stop = new AbortController();
    const waiting = sent.wait({ confirmations: 3, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    expect(await codeOf(waiting)).toBe('chain.aborted');
    const deep = sent.wait({ confirmations: 3 });
    await local.rpc('hardhat_mine', ['0x2']);
    expect((await deep).hash).toBe(sent.hash);
  });

  it('estimates gas and price', async () => {
    const { gas, gasPriceWei } = await chain.estimate(at('act', [9n, id]));
    const mined = await (await chain.send(at('act', [9n, id]))).wait();
    expect(gas).toBeGreaterThanOrEqual(mined.gasUsed);
    expect(mined.feeWei).toBeLessThanOrEqual(mined.gasUsed * gasPriceWei);
  });

  it('searches logs by contract, event, indexed values and block', async () => {
    const mined = await (await chain.send(at('act', [77n, id]))).wait();
    const all = { addresses: [someone, local.probe], abi: local.abi };
    const byBlock = await reader.logs({ ...all, range: { blockHash: mined.blockHash } });
    expect(byBlock.map((log) => log.event)).toEqual(['Happened', 'Plain']);
    expect(byBlock[0]).toMatchObject({
      address: local.probe.toLowerCase(),
      blockNumber: mined.blockNumber,
      transactionHash: mined.hash,
    });
    const range = { fromBlock: 0n, toBlock: mined.blockNumber };
    const one = await reader.logs({ ...all, event: 'Happened', indexed: { epoch: 77n, who: chain.account }, range });
    expect(one.length).toBeGreaterThanOrEqual(1);
    expect(one.every((log) => log.args.epoch === 77n)).toBe(true);
    const any = await reader.logs({ ...all, event: 'Happened', indexed: { epoch: [77n, 41n] }, range });
    expect(new Set(any.map((log) => log.args.epoch))).toEqual(new Set([41n, 77n]));
    expect(await reader.logs({ ...all, event: 'Happened', indexed: { epoch: 1234n }, range })).toEqual([]);
    expect(await codeOf(reader.logs({ ...all, event: 'Happened', indexed: { small: 1n }, range }))).toBe('chain.abi');
    expect(await reader.logs({ ...all, addresses: [someone], range })).toEqual([]);
  });

  it('signs typed data that anybody can check', async () => {
    const types = {
      Thing: [
        { name: 'id', type: 'bytes32' },
        { name: 'n', type: 'uint96' },
      ],
    };
    const domain = { name: 'Dintel', version: '1', chainId: 31337n, verifyingContract: local.probe };
    const message = { id, n: 12n };
    const signature = await chain.signTypedData({ domain, types, primaryType: 'Thing', message });
    expect(verifyTypedData(domain, types, message, signature).toLowerCase()).toBe(chain.account);
  });

  it('says so when the account cannot pay', async () => {
    const poor = await act(poorKey);
    expect(await codeOf(poor.send({ ...at('act', [1n, id]), valueWei: 10n ** 18n }))).toBe('chain.funds');
    expect(await codeOf(poor.send({ ...at('act', [1n, id]), gas: 100_000n }))).toBe('chain.funds');
  });
});

describe('opening a chain', () => {
  it('refuses another chain, no chain, and nonsense', async () => {
    expect(await codeOf(ethersReader({ rpcUrl: local.rpcUrl, chainId: 1 }))).toBe('chain.wrong_chain');
    expect(await codeOf(ethersReader({ rpcUrl: 'http://127.0.0.1:9' }))).toBe('chain.unreachable');
    expect(await codeOf(ethersReader({ rpcUrl: 'ftp://secret-key@host' }))).toBe('chain.config');
    expect(await codeOf(ethersChain({ rpcUrl: local.rpcUrl, privateKey: '0x12' }))).toBe('chain.config');
    expect(await codeOf(viemReader({ rpcUrl: local.rpcUrl, chainId: 1 }))).toBe('chain.wrong_chain');
    const wallet = createWalletClient({ transport: http(local.rpcUrl) });
    expect(await codeOf(viemChain({ wallet }))).toBe('chain.no_account');
  });

  it('shows no secret of URL or key in an error', async () => {
    const url = 'http://user:hunter2@127.0.0.1:9/v3/apikey';
    const error = await ethersReader({ rpcUrl: url }).catch((reason: unknown) => reason as Error);
    expect(String((error as Error).message)).not.toMatch(/hunter2|apikey/);
    const key = `0x${'zz'.repeat(32)}` as Hex;
    const bad = await ethersChain({ rpcUrl: local.rpcUrl, privateKey: key }).catch(
      (reason: unknown) => reason as Error,
    );
    expect(String((bad as Error).message)).not.toContain('zz');
    expect((bad as Error).cause).toBeUndefined();
  });

  it('both adapters speak for the account of the key', async () => {
    const byEthers = await ethersChain({ rpcUrl: local.rpcUrl, privateKey: otherKey });
    const byViem = await viemChain({
      wallet: createWalletClient({ account: privateKeyToAccount(otherKey), transport: http(local.rpcUrl) }),
    });
    expect(byEthers.account).toBe(byViem.account);
  });
});

describe('a wallet', () => {
  it('whose owner says no, that shows no account, that is on another chain, that is none', async () => {
    const chain = await eip1193Chain({ provider: testWallet(local.rpcUrl, privateKey, { refuses: true }) });
    const act = { to: local.probe, abi: local.abi, function: 'act', args: [1n, id] };
    expect(await codeOf(chain.send(act))).toBe('chain.rejected');
    const domain = { name: 'x', version: '1', chainId: 31337n, verifyingContract: local.probe };
    const typed = { domain, types: { A: [{ name: 'n', type: 'uint256' }] }, primaryType: 'A', message: { n: 1n } };
    expect(await codeOf(chain.signTypedData(typed))).toBe('chain.rejected');
    const bare = { request: async ({ method }: { method: string }) => (method === 'eth_chainId' ? '0x7a69' : []) };
    expect(await codeOf(eip1193Chain({ provider: bare }))).toBe('chain.no_account');
    expect(await codeOf(eip1193Chain({ provider: bare, chainId: 1 }))).toBe('chain.wrong_chain');
    expect(await codeOf(eip1193Reader({ provider: {} as never }))).toBe('chain.config');
  });
});
