/** A wallet's owner may switch it to another chain at any time: nothing is sent then, and what is sent names its chain. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Chain, ChainError, type Hex } from 'dintel/chain';
import { type Eip1193Provider, eip1193Chain } from 'dintel/chain/eip1193';
import { ethersChain } from 'dintel/chain/ethers';
import { viemChain } from 'dintel/chain/viem';
import { AbstractSigner, type Provider, type TransactionRequest } from 'ethers';
import { createWalletClient, custom } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const account: Hex = `0x${'aa'.repeat(20)}`;
const to: Hex = `0x${'bb'.repeat(20)}`;
const hash: Hex = `0x${'99'.repeat(32)}`;
const sepolia = 11_155_111;
const abi = [{ type: 'function', name: 'give', inputs: [], outputs: [] }];
const give = { to, abi, function: 'give', args: [], valueWei: 10n ** 17n };

/** The chain of the contracts, which reads go to. */
const answers: Record<string, unknown> = { eth_chainId: '0xaa36a7', eth_call: '0x', eth_estimateGas: '0x20000' };
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  request.on('end', () => {
    const { id, method } = JSON.parse(text) as { id: number; method: string };
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] ?? null }));
  });
});
let rpcUrl: string;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

let walletChain = sepolia;
let sent: Record<string, unknown>[] = [];
beforeEach(() => {
  walletChain = sepolia;
  sent = [];
});

const wallet: Eip1193Provider = {
  request: async ({ method, params = [] }) => {
    if (method === 'eth_chainId') return `0x${walletChain.toString(16)}`;
    if (method === 'eth_requestAccounts') return [account];
    if (method !== 'eth_sendTransaction') throw new Error(method);
    sent.push(params[0] as Record<string, unknown>);
    return hash;
  },
};

/** As `BrowserProvider.getSigner()`, which would also poll for what it has sent. */
class BrowserSigner extends AbstractSigner {
  getAddress = async () => account;
  connect = () => this;
  signTransaction = async () => hash;
  signMessage = async () => hash;
  signTypedData = async () => hash;
  override sendTransaction = async (transaction: TransactionRequest) => {
    sent.push({ ...transaction, chainId: `0x${BigInt(transaction.chainId ?? 0).toString(16)}` });
    return { hash } as never;
  };
}

const adapters: { name: string; open(): Promise<Chain> }[] = [
  { name: 'EIP-1193', open: () => eip1193Chain({ provider: wallet, source: { rpcUrl }, chainId: sepolia }) },
  {
    name: 'viem',
    open: () =>
      viemChain({
        wallet: createWalletClient({ account, transport: custom(wallet) }),
        source: { rpcUrl },
        chainId: sepolia,
      }),
  },
  {
    name: 'ethers',
    open: () => {
      const send = (method: string, params: unknown[]) => wallet.request({ method, params });
      const signer = new BrowserSigner({ send } as unknown as Provider);
      return ethersChain({ rpcUrl, chainId: sepolia, signer });
    },
  },
];

describe.each(adapters)('$name', ({ name, open }) => {
  it('sends nothing when the wallet was switched after it was opened, and goes on when it is switched back', async () => {
    const chain = await open();
    walletChain = 1;
    const error = await chain.send(give).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ChainError);
    expect(error).toMatchObject({ code: 'chain.wrong_chain', details: expect.stringContaining('11155111') });
    expect(sent).toEqual([]);
    walletChain = sepolia;
    expect((await chain.send(give)).hash).toBe(hash);
    expect(sent).toHaveLength(1);
    // viem's own request names none.
    if (name !== 'viem') expect(sent[0]?.chainId).toBe('0xaa36a7');
  });
});
