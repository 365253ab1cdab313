/**
 * Promises 1 and 2. Secret: nodes re-encrypt and learn nothing; fewer than the threshold are of no use. Offline: after the grant
 * Alice's machine may be away, and one ciphertext serves any number of Bobs.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Keyring, type RetrievalError } from 'dintel';
import { fromHex, headerCapsule, openFileKey, parseFileHeader, sha256, type VerifiedShare } from 'dintel/protocol';
import { CapsuleFrag, decryptReencrypted, type VerifiedCapsuleFrag } from 'dintel/umbral';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dintelJson } from '../../scripts/demo/network.ts';
import { chunksOf, filesUnder, raiseNetwork, type StoryNetwork, threshold } from './network.ts';
import { askRaw, collect, makeAlice, makeBob, requestFor, sealFor } from './people.ts';
import { findings } from './traces.ts';

let net: StoryNetwork;
beforeAll(async () => {
  net = await raiseNetwork();
}, 180_000);
afterAll(() => net?.close());

const urlOf = (share: Pick<VerifiedShare, 'node'>) =>
  net.nodes.find(({ address }) => address === share.node)?.url ?? '';
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

/** Everything that was written on the nodes' side: homes, logs, the chain's log. Alice's and Bob's own files are elsewhere. */
const nodeFiles = () => [
  ...net.nodes.flatMap(({ home }) => filesUnder(home)),
  ...net.nodes.map(({ name }) => join(net.dir, `${name}.log`)),
  join(net.dir, 'chain.log'),
];

test('Offline: Alice is away with her machine; two Bobs open one ciphertext, and the second cost one manifest', async () => {
  const chain = ['--rpc', net.rpcUrl, '--deployment', net.deploymentFile];
  const homeOf = (who: string) => ['--home', join(net.dir, who), '--password-file', net.passwordFile];
  const [alice, bobs] = [homeOf('alice'), ['bob-1', 'bob-2']];
  const plaintext = randomBytes(2_300_000);
  const [input, sealed] = [join(net.dir, 'input'), join(net.dir, 'sealed.dintel')];
  writeFileSync(input, plaintext);
  await dintelJson(['alice', 'init', ...alice, ...chain, '--wallet-key-file', net.aliceKeyFile]);
  const { delegatingKey } = await dintelJson<{ delegatingKey: string }>(['alice', 'label', 'offline', ...alice]);
  await dintelJson(['enrico', 'encrypt', '--to-label-key', delegatingKey, '--in', input, '--out', sealed]);

  const links: string[] = [];
  const held: Map<string, number>[][] = [net.nodes.map(chunksOf)];
  for (const bob of bobs) {
    await dintelJson(['bob', 'init', ...homeOf(bob), ...chain]);
    const { card } = await dintelJson<{ card: string }>(['bob', 'card', ...homeOf(bob)]);
    const granted = await dintelJson<{ link: string }>(
      // biome-ignore format: a command line
      ['alice', 'grant', ...alice, ...chain, '--file', sealed, '--label', 'offline', '--to', card,
        '--threshold', '3', '--shares', '5', '--for', '1h', '--yes'],
    );
    links.push(granted.link);
    held.push(net.nodes.map(chunksOf));
  }
  const news = (turn: number) =>
    (held[turn] ?? []).flatMap((now, i) => [...now].filter(([id]) => held[turn - 1]?.[i]?.has(id) !== true));
  // The first time header, index, three chunks and a manifest, each at shares - threshold + 1 nodes; the second time a manifest.
  const copies = 5 - 3 + 1;
  expect(news(1)).toHaveLength(6 * copies);
  expect(news(1).reduce((sum, [, bytes]) => sum + bytes, 0)).toBeGreaterThan(copies * plaintext.length);
  expect(news(2)).toHaveLength(copies);
  expect(new Set(news(2).map(([id]) => id)).size).toBe(1);
  expect(news(2).reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(copies * 8_192);
  for (const [i, before] of (held[1] ?? []).entries()) {
    for (const id of before.keys()) expect(held[2]?.[i]?.has(id)).toBe(true);
  }

  // Her processes have ended with their commands; now her disk is gone too, and what she and Enrico encrypted from.
  renameSync(join(net.dir, 'alice'), join(net.dir, 'away'));
  for (const path of [input, sealed]) renameSync(path, `${path}.away`);
  for (const [i, bob] of bobs.entries()) {
    const out = join(net.dir, `${bob}.opened`);
    const link = links[i] ?? '';
    const opened = await dintelJson<{ nodes: { state: string }[] }>([
      'bob',
      'retrieve',
      link,
      ...homeOf(bob),
      '--out',
      out,
    ]);
    expect(readFileSync(out).equals(plaintext)).toBe(true);
    expect(opened.nodes.filter(({ state }) => state === 'verified').length).toBe(threshold);
  }
  // And each link is for its own Bob.
  const crossed = dintelJson([
    'bob',
    'retrieve',
    links[0] ?? '',
    ...homeOf('bob-2'),
    '--out',
    join(net.dir, 'crossed'),
  ]);
  expect(String(await failure(crossed))).toMatch(/ended with [1-9]/);
}, 120_000);

test('Secret: no node has plaintext, file key or anybody’s secret on its disk or in its log; two answers are no use', async () => {
  const canary = randomBytes(48);
  const words = { label: `label-${randomBytes(12).toString('hex')}`, name: `name-${randomBytes(12).toString('hex')}` };
  const note = `note-${randomBytes(12).toString('hex')}`;
  const plaintext = Buffer.concat([randomBytes(1_100_000), canary, randomBytes(5_000), canary]);
  const [aliceRoot, bobRoot] = [randomBytes(32), randomBytes(32)];
  const { alice, keyring: aliceKeys } = await makeAlice(net, { keyring: Keyring.fromRoot(aliceRoot) });
  const { bob, keyring: bobKeys } = await makeBob(net, Keyring.fromRoot(bobRoot));
  const file = await sealFor(alice, words.label, plaintext, words.name);
  const fileKey = openFileKey(aliceKeys.delegating(words.label), file.header);
  const { timestamp } = await alice.network.now();
  const grant = await alice.grant({
    ...{ to: bob.card(), label: words.label, files: [file], note, threshold: 3, shares: 5, until: timestamp + 3_600 },
  });
  const link = grant.link();
  const got = await bob.retrieve({ from: link });
  expect(got.note).toBe(note);
  expect(sha256(await collect(got.files[0]!.stream()))).toEqual(sha256(plaintext));

  // Every node has answered, so that each has had its share in hand, and two answers are kept.
  const header = parseFileHeader(got.manifest.manifest.files[0]!.headerBytes);
  const capsule = headerCapsule(header);
  const { verifyingKey, delegatingKey, receivingKey } = got.manifest.manifest;
  const cfrags: VerifiedCapsuleFrag[] = [];
  for (const share of got.manifest.shares) {
    const said = await askRaw(urlOf(share), requestFor(net, bobKeys, got.manifest, share, [header.capsule]));
    expect(said.status).toBe(200);
    const [result] = said.body.results as { cfrag: `0x${string}` }[];
    const cfrag = CapsuleFrag.fromBytesSimple(fromHex(result!.cfrag));
    cfrags.push(cfrag.verify(capsule, { verifyingKey, delegatingKey, receivingKey }));
  }
  const openWith = (some: VerifiedCapsuleFrag[]) => () =>
    decryptReencrypted({
      ...{ receivingSecretKey: bobKeys.receiving(), delegatingKey, capsule, cfrags: some, ciphertext: header.wrapped },
    });
  expect(openWith(cfrags.slice(2))()).toEqual(fileKey);
  for (const [i, j] of [
    [0, 1],
    [1, 4],
    [3, 2],
  ] as const) {
    expect(openWith([cfrags[i]!, cfrags[j]!])).toThrow();
    expect(openWith([cfrags[i]!, cfrags[j]!, cfrags[i]!])).toThrow();
  }

  // What to look for, and something that must be found, or the search itself is blind.
  const secrets: Record<string, Uint8Array> = {
    plaintext: canary.subarray(8, 40),
    fileKey,
    aliceRoot,
    bobRoot,
    delegating: aliceKeys.delegating(words.label).toSecretBytes(),
    aliceVerifying: aliceKeys.verifying().toSecretBytes(),
    aliceReceiving: aliceKeys.receiving().toSecretBytes(),
    bobVerifying: bobKeys.verifying().toSecretBytes(),
    bobReceiving: bobKeys.receiving().toSecretBytes(),
    label: Buffer.from(words.label),
    name: Buffer.from(words.name),
    note: Buffer.from(note),
    linkSecret: Buffer.from(link.slice(link.indexOf('#') + 1)).subarray(0, 64),
  };
  const known = { policyId: fromHex(grant.policyId), sealed: header.wrapped, node: Buffer.from('serving') };
  const files = nodeFiles();
  for (const [name, bytes] of Object.entries(known)) {
    expect([name, findings(files, bytes).length > 0]).toEqual([name, true]);
  }
  const own = join(net.dir, 'control');
  for (const [name, bytes] of Object.entries(secrets)) {
    writeFileSync(own, `x${Buffer.concat([Buffer.from('y'), bytes]).toString('base64')}`);
    expect([name, findings([own], bytes)]).toEqual([name, [own]]);
    expect([name, findings(files, bytes)]).toEqual([name, []]);
  }

  // Only two nodes are left: nothing is opened, and each of the three is named with its reason.
  const gone = net.nodes.slice(0, 3);
  for (const { process } of gone) await process.kill();
  const late = await makeBob(net, Keyring.fromRoot(bobRoot));
  // Not by its link: the two need not be among those that hold the manifest.
  const from = { manifest: grant.manifestBytes!, verifyingKey: alice.verifyingKey };
  const error = (await failure(late.bob.retrieve({ from }))) as RetrievalError;
  expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 2, need: 3 });
  expect(error.nodes.map(({ key, state, code }) => [key, state, code])).toEqual(
    got.manifest.shares.map(({ node }) =>
      gone.some(({ address }) => address === node)
        ? [node, 'silent', 'NODE_UNREACHABLE']
        : [node, 'verified', undefined],
    ),
  );
}, 120_000);
