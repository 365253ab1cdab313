/** A whole node on a real chain: what only shows when watcher, store, keystore, pool and server work together. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Address,
  addressOf,
  cfragHash,
  decodeAnswer,
  encodeBody,
  fragmentOfKfrag,
  type Hex,
  type LeafParts,
  leafOf,
  leafTree,
  policyIdOf,
  type ReencryptBody,
  requestOf,
  sealedKfragHash,
  signTyped,
} from '../../../lib/protocol/index.ts';
import { sealKfrag } from '../../../lib/protocol/seal.ts';
import {
  type Capsule,
  CapsuleFrag,
  encrypt,
  generateKFrags,
  PublicKey,
  SecretKey,
  Signer,
} from '../../../lib/umbral/index.ts';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { newPhrase } from '../../../node/keystore/phrase.ts';
import { type RunningUrsula, startUrsula } from '../../../node/ursula.ts';
import { randomWord } from '../../ursula/world.ts';
import { ask, post, type Reply } from './harness.ts';
import { type RealChain, startRealChain } from './realChain.ts';

const freePort = 39_000 + Math.floor(Math.random() * 2_000);

describe('a node on a real chain', () => {
  let chain: RealChain;
  let home: string;
  let keystore: NodeKeystore;
  let node: Address;
  let ursula: RunningUrsula;

  const start = (): Promise<RunningUrsula> =>
    startUrsula({
      home: join(home, 'data'),
      deployment: chain.deployment,
      node,
      keystore,
      rpcUrls: [chain.rpcUrl],
      port: freePort,
      metricsPort: 0,
      depth: 0,
      pollMs: 200,
      workers: 1,
    });
  const ready = async (): Promise<void> => {
    for (let i = 0; i < 200; i += 1) {
      if ((await ask(`${ursula.url}/readyz`)).status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('not ready');
  };

  // One share of one policy, sealed to the node's announced key.
  const delegating = SecretKey.random();
  const verifying = SecretKey.random();
  const receiving = SecretKey.random();
  const reader = SecretKey.random();
  const keys = {
    delegatingKey: delegating.publicKey,
    receivingKey: receiving.publicKey,
    verifyingKey: verifying.publicKey,
  };
  const capsule: Capsule = encrypt(delegating.publicKey, new Uint8Array(3)).capsule;
  let salt: Hex;
  let policyId: Hex;
  let leaf: LeafParts;
  let sealedKfrag: Uint8Array;

  const makeShare = (): void => {
    salt = randomWord();
    const owner = chain.policies.chain.account;
    policyId = policyIdOf({ chainId: 31337, policyManager: chain.deployment.policyManager, owner, salt });
    const [verified] = generateKFrags({
      delegatingSecretKey: delegating,
      receivingKey: receiving.publicKey,
      signer: new Signer(verifying),
      threshold: 1,
      shares: 1,
    });
    const kfrag = verified!.toBytes();
    const { keyNumber, publicKey } = keystore.encryptingKey();
    sealedKfrag = sealKfrag(PublicKey.fromBytes(publicKey), { keyNumber, policyId, index: 0, node }, kfrag);
    leaf = {
      index: 0,
      node,
      fragment: fragmentOfKfrag(kfrag),
      sealedKfragHash: sealedKfragHash(sealedKfrag),
      keys: [delegating.publicKey.toBytes(), receiving.publicKey.toBytes(), verifying.publicKey.toBytes()],
      reader: addressOf(reader.publicKey),
      byteBudget: 1_000_000,
      conditions: null,
    };
  };
  const createPolicy = async (): Promise<void> => {
    makeShare();
    const now = Number((await chain.staker.block('latest'))?.timestamp ?? 0n);
    const root = leafTree([leafOf(leaf).hash]).root;
    const terms = { salt, root, shares: 1, rate: 1_000n, expiresAt: now + 600 };
    const { deposit } = await chain.policies.quote(terms.rate, 1, terms.expiresAt);
    await (await chain.policies.createPolicy({ terms, valueWei: deposit })).wait();
  };
  const request = (): ReencryptBody => {
    const { keyRegistry: _k, token: _t, deployedBlock: _d, ...domain } = chain.deployment;
    const now = Math.floor(Date.now() / 1000);
    const capsules = [capsule.toBytesSimple()];
    const fields = { node, reader: leaf.reader, nonce: randomWord(), issuedAt: now, expiresAt: now + 60 };
    const message = requestOf({ ...fields, policyId, leaf: leafOf(leaf).hash, capsules });
    const signature = signTyped('Request', reader, domain, message);
    return {
      domain,
      policyId,
      leaf,
      proof: [],
      sealedKfrag,
      ack: undefined,
      capsules,
      request: { ...fields, signature },
    };
  };
  const send = (body: ReencryptBody): Promise<Reply> =>
    post(`${ursula.url}/v1/reencrypt`, encodeBody('reencrypt', body));

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'dintel-ursula-'));
    chain = await startRealChain();
    keystore = await NodeKeystore.create(join(home, 'keystore'), newPhrase(), 'correct horse battery staple');
    node = await chain.stake(keystore, `http://127.0.0.1:${freePort}`);
    ursula = await start();
    await ready();
  });
  afterAll(async () => {
    await ursula?.stop();
    await chain?.close();
    await rm(home, { recursive: true, force: true });
  });

  it('finds itself on chain and beats its heart', async () => {
    const info = await ask(`${ursula.url}/v1/info`);
    expect(info.json).toMatchObject({ node, url: `http://127.0.0.1:${freePort}`, keyNumber: 0 });
    for (let i = 0; i < 100 && ursula.parts.heartbeat.state.coveredEpochs < 7; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(ursula.parts.heartbeat.state).toMatchObject({ phase: 'covered', alarm: false });
  });

  it('serves a policy that was mined a moment ago, and refuses its replay', async () => {
    await createPolicy();
    const body = request();
    const reply = await send(body);
    expect(reply.status, reply.text).toBe(200);
    const { results } = decodeAnswer('reencrypt', reply.bytes);
    for (const { cfrag } of results) CapsuleFrag.fromBytesSimple(cfrag).verify(capsule, keys);
    expect((await send(body)).json).toMatchObject({ code: 'E_REPLAY' });

    // T-R02: the same bytes after a restart.
    const started = performance.now();
    await ursula.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    ursula = await start();
    await ready();
    expect((await send(body)).json).toMatchObject({ code: 'E_REPLAY' });
    // What she signed for is remembered too.
    const [receipt] = ursula.parts.store.receipts.find(cfragHash(results[0]!.cfrag));
    expect(receipt).toMatchObject({ policyId, leaf: leafOf(leaf).hash });
    expect((await send(request())).status).toBe(200);
  });

  it('T-R04 refuses within a block and a poll after the revocation, also after a restart', async () => {
    await createPolicy();
    expect((await send(request())).status).toBe(200);
    await (await chain.policies.revoke(policyId)).wait();
    const mined = performance.now();
    let reply = await send(request());
    while (reply.status === 200) reply = await send(request());
    expect(reply.json).toMatchObject({ code: 'E_REVOKED' });
    expect(performance.now() - mined).toBeLessThan(2_000);
    await ursula.stop();
    ursula = await start();
    await ready();
    expect((await send(request())).json).toMatchObject({ code: 'E_REVOKED' });
    expect((await ask(`${ursula.url}/v1/policies/${policyId}`)).json).toMatchObject({ state: 'revoked' });
  });

  it('knows nothing of a policy that was never created', async () => {
    makeShare();
    expect((await send(request())).json).toMatchObject({ code: 'E_POLICY' });
  });

  it('T-R14 shows metrics on loopback alone', async () => {
    const metrics = await ask(ursula.metricsUrl ?? '');
    expect(metrics.text).toMatch(/^dintel_capsules_total [0-9]+$/m);
    expect(metrics.text).toMatch(/^dintel_refusals_total\{code="E_POLICY"\} 1$/m);
    expect(new URL(ursula.metricsUrl ?? '').hostname).toBe('127.0.0.1');
    expect((await ask(`${ursula.url}/metrics`)).json).toMatchObject({ code: 'E_ROUTE' });
    // T-R15
    expect(metrics.text).not.toContain(policyId.slice(2, 20));
    expect(metrics.text).not.toContain(leaf.reader.slice(2, 20));
  });

  it('shows a page', async () => {
    expect((await ask(ursula.url)).text).toContain('She is serving.');
  });
});
