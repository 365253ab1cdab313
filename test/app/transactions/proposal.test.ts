/** What a contract wallet proposes, and the transaction that it becomes. The chain here is a few answers to JSON-RPC. */
import type { Address, Chain, Hex, Rpc } from 'dintel/chain';
import { describe, expect, it } from 'vitest';
import { awaitingProposals, landed, type Proposal, proposalOf } from '../../../app/transactions/proposal.ts';

const addressOf = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const [safe, stranger, manager, entry] = [0xa1, 0xb2, 0xc3, 0xd4].map(addressOf) as [
  Address,
  Address,
  Address,
  Address,
];
const call: Hex = `0x12345678${'00'.repeat(31)}07`;
const wrapped = (...inside: readonly Hex[]): Hex => `0x6a761202${inside.map((one) => one.slice(2)).join('ff')}`;

interface Mined {
  readonly from: Address;
  readonly to: Address;
  readonly input: Hex;
}

/** A chain at block 9, and what is mined on it. */
function chainOf(code: Hex = '0x60') {
  const mined = new Map<Hex, Mined>();
  const asked: string[] = [];
  const rpc: Rpc = {
    request: async (method, params) => {
      asked.push(method);
      const [first] = params as readonly unknown[];
      if (method === 'eth_blockNumber') return '0x9';
      if (method === 'eth_getCode') return code;
      if (method === 'eth_getTransactionByHash') return mined.get(first as Hex) ?? null;
      if (method !== 'eth_getLogs') throw new Error(method);
      const { address, fromBlock } = first as { readonly address: Address; readonly fromBlock: Hex };
      expect([address, fromBlock]).toEqual([manager, '0x9']);
      return [...mined.keys()].map((transactionHash) => ({ transactionHash }));
    },
  };
  return { rpc, mined, asked };
}
const propose = async (rpc: Rpc) => (await proposalOf(rpc, { account: safe, to: manager, data: call })) as Proposal;

describe('an answer of the wallet', () => {
  it('is the transaction itself, where the account has a key, also one that points to code', async () => {
    for (const code of ['0x', `0xef0100${'00'.repeat(20)}`] as const) {
      const { rpc, asked } = chainOf(code);
      const proposal = await propose(rpc);
      expect(await landed(rpc, hashOf(1), proposal, { onProposed: () => expect.unreachable() })).toBe(hashOf(1));
      expect(asked).not.toContain('eth_getLogs');
    }
  });

  it('is the transaction itself, where a contract wallet sends at once', async () => {
    const { rpc, mined } = chainOf();
    mined.set(hashOf(1), { from: stranger, to: safe, input: wrapped(call) });
    expect(await landed(rpc, hashOf(1), await propose(rpc), { onProposed: () => expect.unreachable() })).toBe(
      hashOf(1),
    );
  });

  it.each([
    ['a Safe', { from: stranger, to: safe, input: wrapped(call) }],
    ['an entry point', { from: stranger, to: entry, input: wrapped(safe, call) }],
  ] as const)('becomes what %s carries out; the same of somebody else is not it', async (_, sent) => {
    const { rpc, mined } = chainOf();
    const proposal = await propose(rpc);
    let proposed = 0;
    const landing = landed(rpc, hashOf(1), proposal, { onProposed: () => void proposed++, firstMs: 5 });
    mined.set(hashOf(2), { from: stranger, to: manager, input: call });
    mined.set(hashOf(3), { from: stranger, to: safe, input: wrapped('0x12345678', '0x08') });
    await expect.poll(() => proposed).toBe(1);
    mined.set(hashOf(4), sent);
    expect(await landing).toBe(hashOf(4));
    expect(proposed).toBe(1);
  });

  it('keeps of a long call what tells it from others, and stops when nobody waits any more', async () => {
    const { rpc } = chainOf();
    const long = await proposalOf(rpc, { account: safe, to: manager, data: `0x${'ab'.repeat(4_000)}` });
    expect(long?.data.length).toBeLessThan(500);
    const controller = new AbortController();
    const { signal } = controller;
    const landing = landed(rpc, hashOf(1), await propose(rpc), { onProposed: () => undefined, signal });
    controller.abort();
    await expect(landing).rejects.toThrow();
  });
});

it('lets whoever sent it wait for what it becomes, by its first hash too', async () => {
  const { rpc, mined } = chainOf();
  const waited: Hex[] = [];
  const transaction: Chain['transaction'] = (hash) => ({
    hash,
    wait: async () => {
      waited.push(hash);
      return { hash } as Awaited<ReturnType<ReturnType<Chain['transaction']>['wait']>>;
    },
  });
  const inner = { account: safe, transaction, send: async () => transaction(hashOf(1), []) } as unknown as Chain;
  const chain = awaitingProposals(inner, rpc, async () => call);
  const sent = await chain.send({ to: manager, abi: [], function: 'revoke', args: [] });
  expect(sent.hash).toBe(hashOf(1));
  const waits = [sent.wait(), chain.transaction(hashOf(1), []).wait()];
  mined.set(hashOf(5), { from: stranger, to: safe, input: wrapped(call) });
  expect((await Promise.all(waits)).map(({ hash }) => hash)).toEqual([hashOf(5), hashOf(5)]);
  const left = chain.transaction(hashOf(1), []).wait({ signal: AbortSignal.abort() });
  await expect(left).rejects.toMatchObject({ code: 'chain.aborted' });
  await chain.transaction(hashOf(9), []).wait();
  expect(waited).toEqual([hashOf(5), hashOf(5), hashOf(9)]);
});

it('leaves a chain that does not answer to whoever sends', async () => {
  const rpc: Rpc = { request: () => Promise.reject(new Error('gone')) };
  const sent = { hash: hashOf(1) };
  const inner = { account: safe, send: async () => sent } as unknown as Chain;
  const chain = awaitingProposals(inner, rpc, async () => call);
  expect(await chain.send({ to: manager, abi: [], function: 'revoke', args: [] })).toBe(sent);
  const proposal: Proposal = { account: safe, to: manager, data: call, fromBlock: 9 };
  expect(await landed(rpc, hashOf(1), proposal, { onProposed: () => expect.unreachable() })).toBe(hashOf(1));
});
