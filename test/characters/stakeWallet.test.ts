/**
 * Only the operator binds a node. A node that signs with its stake wallet, or dates its promise into an epoch in which it can
 * still change its operator, would take the money and leave Bob with a manifest that he must refuse, or with evidence that
 * convicts nobody.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type ActsOptions, grantActs } from '../../lib/characters/alice/grantActs.ts';
import type { GrantRecord } from '../../lib/characters/alice/grantRecord.ts';
import { type AskContext, askNode } from '../../lib/characters/bob/ask.ts';
import { Keyrings } from '../../lib/characters/keyrings.ts';
import type { Network } from '../../lib/characters/network.ts';
import type { NodeClient } from '../../lib/characters/nodeClient.ts';
import { headerCapsule } from '../../lib/protocol/fileDecrypt.ts';
import { parseFileHeader } from '../../lib/protocol/fileHeader.ts';
import { leafOf } from '../../lib/protocol/leaf.ts';
import { parseManifest, signManifest } from '../../lib/protocol/manifest.ts';
import { leavesOf, type VerifiedManifest, verifyManifest } from '../../lib/protocol/manifestVerify.ts';
import { receiptOf } from '../../lib/protocol/receipt.ts';
import { requestDigest, requestOf } from '../../lib/protocol/request.ts';
import { decodeBody, encodeAnswer } from '../../lib/protocol/routes.ts';
import { openSealedKfrag } from '../../lib/protocol/seal.ts';
import { addressOf } from '../../lib/protocol/signature.ts';
import { signTyped } from '../../lib/protocol/typed.ts';
import { KeyFrag, reencrypt, SecretKey } from '../../lib/umbral/index.ts';
import { codeOf } from '../protocol/errorCode.ts';
import { makeWorld, type World, withAcks } from '../protocol/manifestWorld.ts';

const epoch = 20_833;
const wallet = SecretKey.random();
const node = addressOf(wallet.publicKey);

let world: World;
/** The world with the first node at the wallet's address. */
let verified: VerifiedManifest;
/** Where the first share was sealed to, before the node had another name. */
let sealedAt: typeof node;

beforeAll(async () => {
  const plain = await makeWorld();
  sealedAt = plain.nodes[0]?.node as typeof node;
  const nodes = plain.nodes.map((one, i) => (i === 0 ? { ...one, node } : one));
  const leaves = plain.manifest.leaves.map((leaf, i) => (i === 0 ? { ...leaf, node } : leaf));
  const manifest = withAcks({ nodes, contracts: plain.contracts }, { ...plain.manifest, leaves });
  const facts = { ...plain.facts, root: leavesOf(manifest).tree.root };
  const operatorOf = new Map(nodes.map((one) => [one.node, addressOf(one.operatorKey.publicKey)]));
  world = { ...plain, nodes, manifest, facts, operatorValid: (one, operator) => operatorOf.get(one) === operator };
  verified = await verifyManifest(parseManifest(signManifest(manifest, world.signer)), {
    verifyingKey: world.alice.verifying().publicKey,
    reader: 'sender',
    contracts: world.contracts,
    policy: facts,
    operatorValid: world.operatorValid,
  });
});

/** A chain at `epoch` on which every operator is the one that the world names, whatever the epoch asked for. */
const network = () =>
  ({
    contracts: world.contracts,
    policyManager: {},
    now: async () => ({ blockNumber: 9n, timestamp: epoch * 86_400, epoch }),
    operatorValid: async (one: string, operator: string) =>
      world.operatorValid(one as typeof node, operator as typeof node, epoch),
  }) as unknown as Network;

describe('Alice', () => {
  const ackBy = (key: SecretKey, at: number) => {
    const { manifest } = world;
    const [leaf] = manifest.leaves;
    const record = {
      ...manifest,
      escrow: world.contracts.escrow,
      rateWei: manifest.rate,
      byteBudget: leaf?.byteBudget,
      delegatingKey: manifest.delegatingKey.toBytes(),
      receivingKey: manifest.receivingKey.toBytes(),
      verifyingKey: manifest.verifyingKey.toBytes(),
      cohort: manifest.leaves.map((one) => ({ ...one, url: 'https://n.example' })),
    } as unknown as GrantRecord;
    const answer: typeof fetch = async (_, init) => {
      const { policyId, leaf: parts, rate, until } = decodeBody('acks', init?.body as Uint8Array);
      const terms = { rate, until, lastStart: epoch + 2, epoch: at };
      const ack = { policyId, leaf: leafOf(parts).hash, ...terms };
      const signature = signTyped('Ack', key, world.contracts, ack);
      return new Response(encodeAnswer('acks', { ack: terms, signature }) as Uint8Array<ArrayBuffer>);
    };
    const options = {
      network: network(),
      keyrings: new Keyrings(world.alice),
      depth: 0,
      fetch: answer,
    } as unknown as ActsOptions;
    return codeOf(() => grantActs(options).requestAck(record, 0));
  };
  const operator = () => world.nodes[0]?.operatorKey as SecretKey;

  it('takes the promise of the operator', async () => {
    expect(await ackBy(operator(), epoch)).toBe('accepted');
  });

  it('takes no promise that the stake wallet signed', async () => {
    expect(await ackBy(wallet, epoch)).toBe('E_SIGNATURE');
  });

  it('takes no promise that is dated into an epoch to come', async () => {
    expect(await ackBy(operator(), epoch + 1)).toBe('NODE_REFUSED');
    expect(await ackBy(operator(), 2 ** 32 - 1)).toBe('NODE_REFUSED');
  });
});

describe('Bob', () => {
  const answerBy = (key: SecretKey) => {
    const { manifest, shares } = verified;
    const [share] = shares as [(typeof shares)[number]];
    const header = parseFileHeader(manifest.files[0]?.headerBytes as Uint8Array);
    const capsule = headerCapsule(header);
    const keys = { ...manifest };
    const { encryptingKey } = world.nodes[0] as World['nodes'][number];
    const place = { policyId: manifest.policyId, index: 0, node: sealedAt };
    const kfrag = KeyFrag.fromBytes(openSealedKfrag(encryptingKey, place, share.sealedKfrag)).verify(keys);
    const cfrag = reencrypt(capsule, kfrag).toBytesSimple();
    const client = {
      post: async (_: 'reencrypt', body: { request: Parameters<typeof requestOf>[0] }) => {
        const asked = requestOf({
          ...body.request,
          policyId: manifest.policyId,
          leaf: share.leafHash,
          capsules: [header.capsule],
        });
        const receipt = receiptOf({
          policyId: manifest.policyId,
          leaf: share.leafHash,
          epoch,
          request: requestDigest(world.contracts, asked),
          capsule: header.capsule,
          cfrag,
        });
        return {
          epoch,
          head: {},
          results: [{ cfrag, signature: signTyped('Receipt', key, world.contracts, receipt) }],
        };
      },
    } as unknown as NodeClient;
    const context: AskContext = {
      network: network(),
      manifest: verified,
      reader: world.bob.verifying(),
      capsules: [capsule],
      capsuleBytes: [header.capsule],
      now: () => epoch * 86_400_000,
      offsets: new Map(),
    };
    return codeOf(() => askNode(client, share, context, new AbortController().signal));
  };

  it('uses the answer that the operator signed', async () => {
    expect(await answerBy(world.nodes[0]?.operatorKey as SecretKey)).toBe('accepted');
  });

  it('uses no answer that the stake wallet signed, be it right', async () => {
    expect(await answerBy(wallet)).toBe('E_SIGNATURE');
  });
});
