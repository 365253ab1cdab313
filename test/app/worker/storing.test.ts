/** Where a file lies, as its places themselves say. */
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { beforeAll, expect, it } from 'vitest';
import type { Self } from '../../../app/worker/person.ts';
import { sharing } from '../../../app/worker/sharing.ts';
import { storing } from '../../../app/worker/storing.ts';
import { context, personOf } from './person.ts';

let net: TestNetwork;
let alice: Self;
let id: string;
let policyId: `0x${string}`;

beforeAll(async () => {
  net = await createTestNetwork({ nodes: 3 });
  alice = await personOf(net, 'alice');
  const asks = sharing(alice);
  id = (await asks.encrypt({ file: new File(['words'], 'a.txt', { type: 'text/plain' }) }, context)).id;
});

const look = () => storing(alice, { fetch: net.fetch }).stored({ id }, context);

it('is in this browser alone before it is shared', async () => {
  expect(await look()).toMatchObject({ hereBytes: expect.any(Number), places: [], parts: 2, copies: 0 });
});

it('is asked for at every node of a grant that lives: who is silent, who has lost what', async () => {
  const terms = { threshold: 2, shares: 3, until: net.in(7_200) };
  const to = { card: (await net.bob()).card() };
  ({ policyId } = await sharing(alice).grant({ ...terms, fileId: id, to, whom: 'Bob', hello: false }, context));
  const before = await look();
  expect(before.places.map(({ node }) => node).sort()).toEqual(net.nodes.map(({ address }) => address).sort());
  expect(before).toMatchObject({ parts: 2, asked: 2, copies: 2 });
  expect(before.places.every(({ isUp }) => isUp)).toBe(true);
  expect(before.places.reduce((sum, { held }) => sum + held, 0)).toBe(4);

  const holder = net.nodes.find(({ address }) => address === before.places.find(({ held }) => held > 0)?.node);
  holder?.chunks.clear();
  const forgot = await look();
  expect(forgot.places.find(({ node }) => node === holder?.address)).toMatchObject({ isUp: true, held: 0 });
  expect(forgot.copies).toBe(1);
  for (const node of net.nodes) node.down();
  expect(await look()).toMatchObject({ copies: 0, places: [{ isUp: false }, { isUp: false }, { isUp: false }] });
  for (const node of net.nodes) node.up();
});

it('is no longer asked for where its grant was stopped', async () => {
  await sharing(alice).revoke({ policyId }, context);
  expect((await look()).places).toEqual([]);
  await sharing(alice).removeFile({ id });
  await expect(look()).rejects.toThrow('no such file');
});
