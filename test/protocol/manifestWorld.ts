/** A policy with everything around it, made the way Alice makes one: real kfrags, seals, Acks, a file. For tests only. */
import { encryptFile, type FileBlob } from '../../lib/protocol/fileEncrypt.ts';
import { type Address, type Hex, toHex } from '../../lib/protocol/hex.ts';
import { Keyring } from '../../lib/protocol/keys.ts';
import { fragmentOfKfrag, policyIdOf } from '../../lib/protocol/leaf.ts';
import { type Manifest, signAuthor } from '../../lib/protocol/manifest.ts';
import { sealLabel } from '../../lib/protocol/manifestSeal.ts';
import { ackIn, leavesOf, type PolicyFacts } from '../../lib/protocol/manifestVerify.ts';
import { sealKfrag } from '../../lib/protocol/seal.ts';
import { addressOf } from '../../lib/protocol/signature.ts';
import { signTyped } from '../../lib/protocol/typed.ts';
import { generateKFrags, SecretKey, Signer } from '../../lib/umbral/index.ts';
import { pattern } from './errorCode.ts';

export interface TestNode {
  readonly node: Address;
  readonly operatorKey: SecretKey;
  readonly encryptingKey: SecretKey;
}

export interface World {
  readonly alice: Keyring;
  readonly bob: Keyring;
  readonly signer: Signer;
  readonly nodes: readonly TestNode[];
  readonly contracts: { chainId: number; adjudicator: Address; policyManager: Address; escrow: Address };
  readonly facts: PolicyFacts;
  readonly manifest: Manifest;
  /** Which operator each node really has. */
  readonly operatorValid: (node: Address, operator: Address, epoch: number) => boolean;
}

const label = 'médical';

/** Acks signed anew for whatever the leaves say now. */
export function withAcks(world: Pick<World, 'nodes' | 'contracts'>, manifest: Manifest): Manifest {
  const { leaves } = leavesOf(manifest);
  return {
    ...manifest,
    leaves: manifest.leaves.map((leaf, i) => {
      const ack = ackIn(manifest, leaf, leaves[i]?.hash as Hex);
      const key = world.nodes.find(({ node }) => node === leaf.node)?.operatorKey as SecretKey;
      return { ...leaf, ackSignature: signTyped('Ack', key, world.contracts, ack) };
    }),
  };
}

export async function makeWorld(shares = 3, threshold = 2): Promise<World> {
  const alice = Keyring.random();
  const bob = Keyring.random();
  const owner = toHex(pattern(20, 11));
  const salt = toHex(pattern(32, 12));
  const contracts = {
    chainId: 31337,
    adjudicator: toHex(pattern(20, 1)),
    policyManager: toHex(pattern(20, 2)),
    escrow: toHex(pattern(20, 3)),
  };
  const { chainId, policyManager } = contracts;
  const policyId = policyIdOf({ chainId, policyManager, owner, salt });
  const signer = new Signer(alice.verifying());
  const delegating = alice.delegating(label);
  const kfrags = generateKFrags({
    delegatingSecretKey: delegating,
    receivingKey: bob.receiving().publicKey,
    signer,
    threshold,
    shares,
  });
  const nodes = kfrags.map((_, i) => ({
    node: toHex(pattern(20, 100 + i)),
    operatorKey: SecretKey.random(),
    encryptingKey: SecretKey.random(),
  }));
  const blobs: FileBlob[] = [];
  for await (const blob of encryptFile([pattern(1000)], { delegatingKey: delegating.publicKey, size: 1000 }))
    blobs.push(blob);
  const header = blobs[0] as FileBlob;
  const index = blobs.at(-1) as FileBlob;
  const draft: Manifest = {
    ...contracts,
    policyId,
    salt,
    createdAt: 1_800_000_000,
    revision: 0,
    threshold,
    shares,
    rate: 1_000_000n,
    expiresAt: 1_800_086_400,
    delegatingKey: delegating.publicKey,
    receivingKey: bob.receiving().publicKey,
    verifyingKey: alice.verifying().publicKey,
    reader: addressOf(bob.verifying().publicKey),
    label: sealLabel(alice.receiving().publicKey, policyId, label),
    conditions: undefined,
    leaves: kfrags.map((kfrag, i) => {
      const { node, encryptingKey } = nodes[i] as TestNode;
      const place = { keyNumber: 0, policyId, index: i, node };
      return {
        node,
        sealedKfrag: sealKfrag(encryptingKey.publicKey, place, kfrag.toBytes()),
        fragment: fragmentOfKfrag(kfrag.toBytes()),
        byteBudget: 10_000_000,
        ackUntil: 1_800_086_400,
        ackLastStart: 20_835,
        ackEpoch: 20_833,
        ackSignature: new Uint8Array(65),
      };
    }),
    files: [
      {
        headerId: header.id,
        indexId: index.id,
        headerBytes: header.bytes,
        size: 1000,
        chunks: 1,
        uris: ['https://a.example/1'],
        author: signAuthor(signer, header.id, index.id),
      },
    ],
    note: 'For you.\nAlice',
  };
  const manifest = withAcks({ nodes, contracts }, draft);
  const root = leavesOf(manifest).tree.root;
  return {
    alice,
    bob,
    signer,
    nodes,
    contracts,
    facts: { owner, root, shares, rate: manifest.rate },
    manifest,
    operatorValid: (node, operator, epoch) =>
      epoch === 20_833 && nodes.some((one) => one.node === node && addressOf(one.operatorKey.publicKey) === operator),
  };
}
