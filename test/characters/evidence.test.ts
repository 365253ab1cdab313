/** What Bob keeps of a liar: over reloads, until it has convicted. */
import { type Bob, heldFile, MemoryJournal } from 'dintel';
import { MinerEscrow } from 'dintel/chain';
import { toHex } from 'dintel/protocol';
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { beforeEach, describe, expect, it } from 'vitest';

let net: TestNetwork;
let link: string;
const epoch = 3_600;
beforeEach(async () => {
  net = await createTestNetwork({ nodes: 4, seed: 'evidence', epochLength: epoch });
  const [alice, bob] = [await net.alice(), await net.bob()];
  const file = await heldFile(alice.encrypt([Uint8Array.of(1, 2, 3)], { label: 'x', name: 'x' }));
  const until = net.in(40 * epoch);
  const grant = await alice.grant({ to: bob.card(), label: 'x', files: [file], threshold: 3, shares: 4, until });
  link = grant.link();
});

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

/** All four are asked for three answers, and the one who lies is the first to speak. */
async function meetLiar(bob: Bob, place = 0): Promise<void> {
  for (const [i, node] of net.nodes.entries()) if (i !== place) node.slow(100);
  net.nodes[place]?.lies('proof');
  const got = await bob.retrieve({ from: link });
  expect(got.evidence).toHaveLength(1);
  expect(await got.files[0]?.bytes()).toEqual(Uint8Array.of(1, 2, 3));
  for (const node of net.nodes) node.up();
}

describe('evidence', () => {
  it('is there after a reload, convicts, and is gone then', async () => {
    const journal = new MemoryJournal();
    await meetLiar(await net.bob('bob', { journal }));
    const [name = '', ...more] = await journal.names('evidence/');
    expect(more).toEqual([]);
    const bob = await net.bob('bob', { journal });
    const [answer, ...others] = await bob.evidence();
    expect(others).toEqual([]);
    const liar = net.nodes[0]!.address;
    expect(answer).toMatchObject({ fault: 'cfrag.reencryption', leaf: { node: liar } });
    // Sealed: only the place of the liar is in a name.
    expect(toHex((await journal.get(name)) as Uint8Array)).not.toContain(toHex(answer!.cfrag).slice(2, 40));
    expect(await (await net.bob('carol', { journal })).evidence()).toEqual([]);

    const chain = net.account('reporter');
    const reported = await bob.report(answer!, { chain });
    expect(reported).toMatchObject({ node: liar, verdict: 'EquationE' });
    expect(await new MinerEscrow(chain, net.deployment.escrow).credit(chain.account)).toBe(reported.reward);
    expect([await bob.evidence(), await journal.names('evidence/')]).toEqual([[], []]);
  });

  it('is of one deployment, one for each node and epoch, and kept without a journal as long as Bob lives', async () => {
    const journal = new MemoryJournal();
    const bob = await net.bob('bob', { journal });
    const forgetful = await net.bob();
    await meetLiar(bob);
    await meetLiar(forgetful);
    await meetLiar(await net.bob('bob', { journal }));
    expect(await bob.evidence()).toHaveLength(1);
    expect(await forgetful.evidence()).toHaveLength(1);
    expect(await (await net.bob()).evidence()).toEqual([]);
    await net.advance(epoch);
    await meetLiar(bob);
    await meetLiar(bob, 1);
    const kept = await bob.evidence();
    expect(kept.map(({ leaf }) => net.nodes.findIndex(({ address }) => address === leaf.node)).sort()).toEqual([
      0, 0, 1,
    ]);
    expect(kept.map((one) => one.epoch - kept[0]!.epoch)).toEqual([0, 1, 1]);
    const elsewhere = await createTestNetwork({ nodes: 0, seed: 'elsewhere' });
    const keyring = net.keyring('bob');
    expect(await (await elsewhere.bob('bob', { journal, keyring })).evidence()).toEqual([]);
  });

  it('that can convict no more is dropped with the contract’s word: another was quicker, or it is too old', async () => {
    const journal = new MemoryJournal();
    const bob = await net.bob('bob', { journal });
    await meetLiar(bob);
    const [answer] = await bob.evidence();
    const chain = net.account('quicker');
    await (await net.bob('carol')).report(answer!, { chain });
    expect(await bob.evidence()).toHaveLength(1);
    expect(await failure(bob.report(answer!, { chain }))).toMatchObject({ revert: { name: 'AlreadyJudged' } });
    expect(await bob.evidence()).toEqual([]);

    await net.advance(epoch);
    await meetLiar(bob);
    await net.advance(16 * epoch);
    const [old] = await bob.evidence();
    expect(await failure(bob.report(old!, { chain }))).toMatchObject({ revert: { name: 'EvidenceExpired' } });
    expect(await bob.evidence()).toEqual([]);
  });

  it('spoils nothing: a damaged entry is passed over, a journal that fails does not fail the retrieval', async () => {
    const journal = new MemoryJournal();
    await meetLiar(await net.bob('bob', { journal }));
    const [name = ''] = await journal.names('evidence/');
    await journal.put(name, new Uint8Array(100));
    expect(await (await net.bob('bob', { journal })).evidence()).toEqual([]);
    const full = new MemoryJournal();
    full.put = () => Promise.reject(new Error('the disk is full'));
    await meetLiar(await net.bob('bob', { journal: full }));
  });
});
