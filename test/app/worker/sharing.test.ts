/** What Alice wished for once is paid once, whatever fails on the way. */
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { acquaintances } from '../../../app/worker/acquaintances.ts';
import { inviting } from '../../../app/worker/inviting.ts';
import type { CallContext, Self } from '../../../app/worker/person.ts';
import { receiving } from '../../../app/worker/receiving.ts';
import { type OwnFile, sharing } from '../../../app/worker/sharing.ts';
import { refusal } from '../../keys/support.ts';
import { context, personOf } from './person.ts';

let net: TestNetwork;
let alice: Self;
let file: OwnFile;
let card: string;

beforeAll(async () => {
  net = await createTestNetwork({ nodes: 4 });
  card = (await net.bob()).card();
});
beforeEach(async () => {
  for (const node of net.nodes) node.up();
  alice = await personOf(net, 'alice');
  file = await sharing(alice).encrypt({ file: new File(['words'], 'a.txt', { type: 'text/plain' }) }, context);
});

const terms = () => ({ threshold: 1, shares: 4, until: net.in(7_200) });
const policies = async () => (await sharing(alice).grants(undefined, context)).length;
/** A node goes as soon as the payment is mined. */
const unlucky = (): CallContext => ({
  ...context,
  onProgress: ({ type }) => {
    if (type === 'tx.mined') net.nodes[0]?.down();
  },
});

it('goes on with the same grant when it is asked again after it was paid', async () => {
  const before = await policies();
  const asks = sharing(alice);
  const args = { ...terms(), fileId: file.id, to: { card }, whom: 'Bob', hello: false, wish: 'one' };
  expect(await refusal(() => asks.grant(args, unlucky()))).not.toBe('accepted');
  expect(await asks.unfinished()).toBe(1);
  net.nodes[0]?.up();
  // Also by another tab, which has nothing but the records.
  const done = await sharing(alice).grant({ ...args, until: net.in(7_300) }, context);
  expect(await policies()).toBe(before + 1);
  expect([await asks.unfinished(), done.depositWei]).toEqual([0, expect.any(BigInt)]);
  expect((await asks.grant(args, context)).policyId).toBe(done.policyId);
  const [shown] = (await asks.grants(undefined, context)).filter(({ policyId }) => policyId === done.policyId);
  expect(shown).toMatchObject({ whom: 'Bob', link: done.link, paidWei: done.depositWei });
  // Another wish is another grant.
  expect((await asks.grant({ ...args, wish: 'two' }, context)).policyId).not.toBe(done.policyId);
});

it('pays an invitation once, though the tab was closed before it was crossed out', async () => {
  const before = await policies();
  const asks = sharing(alice);
  const guests = inviting(alice, asks, acquaintances(alice));
  const { threshold, shares } = terms();
  const { id } = await guests.invite({ name: 'Bob', fileId: file.id, threshold, shares, lasts: 7_200 });
  const wish = await alice.records.get(`invitations/${id}`);
  expect(await refusal(() => guests.finishInvitation({ id, card }, unlucky()))).not.toBe('accepted');
  net.nodes[0]?.up();
  const { policyId } = await guests.finishInvitation({ id, card }, context);
  // As if the last write had not come off.
  await alice.records.put(`invitations/${id}`, wish);
  expect((await guests.finishInvitation({ id, card }, context)).policyId).toBe(policyId);
  expect([await policies(), await guests.invitations()]).toEqual([before + 1, []]);
});

it('finishes what a closed tab cut short, with the file that only this browser has', async () => {
  const asks = sharing(alice);
  const args = { ...terms(), fileId: file.id, to: { card }, whom: 'Bob', hello: false };
  const allGone: CallContext = {
    ...context,
    onProgress: ({ type }) => {
      if (type === 'tx.mined') for (const node of net.nodes) node.down();
    },
  };
  expect(await refusal(() => asks.grant(args, allGone))).not.toBe('accepted');
  for (const node of net.nodes) node.up();
  expect(await asks.resume(undefined, context)).toBe(1);
});

it('opens no sooner than it was set to, and says so on both sides', async () => {
  const asks = sharing(alice);
  const startsAt = net.in(3_600);
  const args = { ...terms(), startsAt, fileId: file.id, to: { card }, whom: 'Bob', hello: false };
  const { policyId, link, ...granted } = await asks.grant(args, context);
  expect(granted.startsAt).toBe(startsAt);
  const bob = receiving(await personOf(net, 'bob'));
  const own = async () => (await asks.grants(undefined, context)).find((one) => one.policyId === policyId);
  expect([await own(), await bob.look({ link }, context)]).toMatchObject([
    { state: 'live', startsAt },
    { state: 'pending', startsAt },
  ]);
  await net.advance(3_600);
  expect([await own(), await bob.look({ link }, context)]).toMatchObject([
    { state: 'live', startsAt: undefined },
    { state: 'live', startsAt: undefined },
  ]);
  // What is stopped before it begins has not merely not begun.
  const later = await asks.grant({ ...args, startsAt: net.in(3_600), until: net.in(7_200) }, context);
  const promised = (await asks.grants(undefined, context))[0]?.openWei;
  // What the page says would come back does.
  expect(await asks.revoke(later, context)).toMatchObject({ refundWei: promised });
  expect(promised).toBeGreaterThan(0n);
  const [stopped] = await asks.grants(undefined, context);
  expect(stopped).toMatchObject({ state: 'revoked', startsAt: undefined, openWei: 0n });
});
