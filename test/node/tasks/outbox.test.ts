/** The operator's transactions when nobody mines them: on a real chain whose fees have risen, and in every order of events. */
import { ChainError, type MinedTransaction, type SentTransaction, Token } from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import type { Hex } from 'dintel/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Outbox, OutboxBusy } from '../../../node/tasks/outbox.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';

const failure = (promise: Promise<unknown> | undefined) =>
  promise?.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('on a chain', () => {
  let chain: LocalChain;
  beforeAll(async () => {
    chain = await startLocalChain();
    await chain.rpc('evm_setAutomine', false);
    await chain.rpc('evm_setIntervalMining', 0);
  });
  afterAll(() => chain?.close());

  it('a transaction whose fee is too low for the blocks of now is replaced by one that is mined, and done once', {
    timeout: 60_000,
  }, async () => {
    const account = wallet(3).address.toLowerCase() as Hex;
    const operator = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(3).privateKey as Hex });
    const token = new Token(operator, chain.deployment.token);
    const spender = `0x${'77'.repeat(20)}` as Hex;
    const counts = async () => Number(await chain.rpc('eth_getTransactionCount', account, 'latest'));
    const before = await counts();
    const outbox = new Outbox(30_000, 200);
    const hashes: Hex[] = [];
    const mined = outbox.send(async () => {
      const sent = await token.approve(spender, 5n);
      hashes.push(sent.hash);
      // From now on blocks cost a hundred times what it offers.
      const { maxFeePerGas } = (await chain.rpc('eth_getTransactionByHash', sent.hash)) as { maxFeePerGas: Hex };
      const dear = BigInt(maxFeePerGas) * 100n;
      await chain.rpc('hardhat_setBalance', account, `0x${(10n ** 24n).toString(16)}`);
      await chain.rpc('hardhat_setNextBlockBaseFeePerGas', `0x${dear.toString(16)}`);
      await chain.rpc('evm_mine');
      return sent;
    });
    const blocks = setInterval(() => void chain.rpc('evm_mine'), 150);
    try {
      const { hash } = await mined;
      expect(hash).not.toBe(hashes[0]);
      expect(await counts()).toBe(before + 1);
      const next = await outbox.send(() => token.approve(spender, 6n));
      expect(next.hash).not.toBe(hash);
      expect(await counts()).toBe(before + 2);
    } finally {
      clearInterval(blocks);
    }
  });

  it('one that is mined already is not replaced, and a wallet decides for itself', async () => {
    await chain.rpc('evm_setAutomine', true);
    const privateKey = wallet(4).privateKey as Hex;
    const operator = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey });
    const sent = await new Token(operator, chain.deployment.token).approve(`0x${'77'.repeat(20)}`, 5n);
    await sent.wait();
    expect(await failure(sent.replace?.())).toMatchObject({ code: 'chain.nonce' });
    const later = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey });
    expect(later.transaction(sent.hash, []).replace).toBeUndefined();
  });
});

/** Transactions of one act whose fate a test decides. */
function offers() {
  const fates: ((fate: 'mined' | ChainError) => void)[] = [];
  const make = (place: number): SentTransaction => ({
    hash: `0x${place}`,
    wait: ({ signal } = {}) =>
      new Promise<MinedTransaction>((resolve, reject) => {
        fates[place] = (fate) =>
          fate === 'mined' ? resolve({ hash: `0x${place}` } as MinedTransaction) : reject(fate);
        signal?.addEventListener('abort', () => reject(new ChainError('chain.aborted', 'stopped')), { once: true });
      }),
    replace: async () => make(place + 1),
  });
  return { make, fates };
}
const dropped = new ChainError('chain.dropped', 'replaced');

describe('whichever of them is mined', () => {
  const raised = async (count: number, fates: readonly unknown[]) =>
    expect.poll(() => fates.length, { interval: 5, timeout: 10_000 }).toBeGreaterThanOrEqual(count);

  it('the first may still be, after others were offered', async () => {
    const { make, fates } = offers();
    const sent = new Outbox(20_000, 20).send(async () => make(0));
    await raised(3, fates);
    fates[0]?.('mined');
    expect((await sent).hash).toBe('0x0');
  });

  it('one that is dropped says nothing of the others; a refusal is the end of all', async () => {
    const { make, fates } = offers();
    const sent = new Outbox(20_000, 100).send(async () => make(0));
    await raised(2, fates);
    fates[0]?.(dropped);
    await raised(3, fates);
    fates[2]?.('mined');
    expect((await sent).hash).toBe('0x2');
    const other = offers();
    const refused = new Outbox(20_000, 20).send(async () => other.make(0));
    await raised(2, other.fates);
    other.fates[1]?.(new ChainError('chain.reverted', 'no'));
    expect(await failure(refused)).toMatchObject({ code: 'chain.reverted' });
  });

  it('all dropped: the caller hears it, and the next one is sent', async () => {
    const { make, fates } = offers();
    const outbox = new Outbox(20_000, 60_000);
    const sent = outbox.send(async () => make(0));
    await raised(1, fates);
    fates[0]?.(dropped);
    expect(await failure(sent)).toBe(dropped);
    const next = offers();
    const following = outbox.send(async () => next.make(0));
    await raised(1, next.fates);
    next.fates[0]?.('mined');
    expect((await following).hash).toBe('0x0');
  });

  it('offers end after ten, a fee that cannot be raised is waited for, and nothing else is sent meanwhile', async () => {
    const { make, fates } = offers();
    const outbox = new Outbox(1_000, 2);
    expect(await failure(outbox.send(async () => make(0)))).toBeInstanceOf(OutboxBusy);
    expect(fates).toHaveLength(11);
    let isSent = false;
    const next = outbox.send(async () => {
      isSent = true;
      return make(0);
    });
    expect(await failure(next)).toBeInstanceOf(OutboxBusy);
    expect(isSent).toBe(false);

    const poor = offers();
    const first: SentTransaction = {
      ...poor.make(0),
      replace: () => Promise.reject(new ChainError('chain.funds', 'no')),
    };
    const sent = new Outbox(20_000, 5).send(async () => first);
    await raised(1, poor.fates);
    await new Promise((resolve) => setTimeout(resolve, 40));
    poor.fates[0]?.('mined');
    expect((await sent).hash).toBe('0x0');
  });
});
