/** A public RPC searches only so many blocks at once: what was paid long ago, or before a crash, is found all the same. */
import { Alice, heldFile, MemoryJournal } from 'dintel';
import { type Chain, ChainError } from 'dintel/chain';
import { createTestNetwork } from 'dintel/testing';
import { describe, expect, it } from 'vitest';

/** Blocks that the RPC searches at once; stands for 10,000. */
const most = 20n;

async function setup() {
  const net = await createTestNetwork({ nodes: 3 });
  await net.mine(40);
  const account = net.account('alice');
  net.chain.fund(account.account, { wei: 10n ** 20n });
  const chain: Chain = {
    ...account,
    logs: async (query) => {
      const { range } = query;
      if ('fromBlock' in range && range.toBlock - range.fromBlock >= most) throw new ChainError('chain.range', 'no');
      return account.logs(query);
    },
  };
  const open = (options: { chain?: Chain; journal?: MemoryJournal } = {}) =>
    Alice.open({ ...net.options, keyring: net.keyring('alice'), chain, ...options });
  const bob = await net.bob('bob');
  const terms = { to: bob.card(), label: 'notes', threshold: 1, shares: 2, until: net.in(7_200) };
  const files = async (alice: Alice) => [await heldFile(alice.encrypt([new Uint8Array(10)], { label: 'notes' }))];
  return { net, chain, open, terms, files };
}

describe('with an RPC that searches few blocks at once', () => {
  it('a grant has its receipt, also when it is old', async () => {
    const { net, open, terms, files } = await setup();
    const alice = await open();
    const grant = await alice.grant({ ...terms, files: await files(alice) });
    await net.mine(60);
    const receipt = await grant.receipt();
    expect(receipt).toMatchObject({ policyId: grant.policyId, transactionHash: grant.transactionHash, policies: 1 });
  });

  it('a grant that was paid before a crash goes on', async () => {
    const { net, chain, open, terms, files } = await setup();
    const journal = new MemoryJournal();
    let isDead = false;
    const crashing = new (class extends MemoryJournal {
      override get = (name: string) => journal.get(name);
      override names = (prefix: string) => journal.names(prefix);
      override put = async (name: string, bytes: Uint8Array) => {
        if (isDead) throw new Error('crash');
        await journal.put(name, bytes);
      };
    })();
    const send: Chain['send'] = async (request) => {
      const sent = await chain.send(request);
      isDead = true;
      return sent;
    };
    const alice = await open({ chain: { ...chain, send }, journal: crashing });
    const held = await files(alice);
    await expect(alice.grant({ ...terms, files: held })).rejects.toThrow('crash');
    await net.mine(60);
    const again = await open({ journal });
    const [grant] = await again.unfinished({ files: held });
    await grant?.wait();
    expect(grant?.status).toBe('published');
  });
});
