/** The node of rest.json: Ursula's own core over ports in memory, set to one scene of the file. */
import {
  InlineWork,
  MemoryAckLedger,
  MemoryChainView,
  MemoryChunkIndex,
  MemoryNonces,
  MemoryTombstones,
  Ursula,
} from '../../../lib/characters/ursula/index.ts';
import { decodeBody, fromHex, type Hex, type ReencryptAnswer, signDigest, toHex } from '../../../lib/protocol/index.ts';
import { SecretKey } from '../../../lib/umbral/index.ts';
import vectors from '../../vectors/rest.json' with { type: 'json' };

/** What changes from case to case. Units: seconds. */
export type Scene = typeof vectors.scene & { readonly revokedAt: number | null };

const { node, policy, head, reader } = vectors;
const hex = (text: string): Hex => text as Hex;
const operatorKey = SecretKey.fromBytes(fromHex(node.operator.secret));
const operator = hex(node.operator.address);
const encryptingKey = { keyNumber: node.encrypting.keyNumber, publicKey: fromHex(node.encrypting.publicKey) };
const goodBody = decodeBody('reencrypt', new TextEncoder().encode(vectors.request.body));

/** What this node answers to these bytes. Throws ProtocolError with the first refusal. */
export async function ask(raw: Uint8Array, scene: Scene): Promise<ReencryptAnswer> {
  const { chainId, adjudicator, policyManager, escrow } = node.domain;
  const view = new MemoryChainView();
  const nowMs = scene.now * 1000;
  view.current = {
    number: BigInt(head.number),
    hash: hex(head.hash),
    timestamp: scene.headTimestamp,
    seenAtMs: nowMs - scene.headAge * 1000,
  };
  view.spans.push({ node: hex(node.node), operator, from: 0, to: 2 ** 32 - 1 });
  view.miners.set(hex(node.node), {
    node: hex(node.node),
    operator,
    stake: 10n ** 24n,
    bonded: true,
    availableUntil: 2 ** 32 - 1,
    minRate: BigInt(scene.minRate),
    url: '',
    encryptingKey: encryptingKey.publicKey,
    keyNumber: encryptingKey.keyNumber,
    peerId: '',
  });
  if (scene.policyKnown) {
    view.policies.set(hex(policy.policyId), {
      policyId: hex(policy.policyId),
      owner: hex(policy.owner),
      sponsor: hex(policy.owner),
      root: hex(scene.root),
      shares: policy.shares,
      rate: BigInt(policy.rate),
      start: policy.start,
      end: policy.end,
      expiresAt: scene.expiresAt,
      confirmations: scene.confirmations,
      ...(scene.revokedAt === null ? {} : { revokedAt: scene.revokedAt }),
    });
  }
  const nonces = new MemoryNonces();
  if (scene.nonceSeen) await nonces.insert(hex(reader.address), goodBody.request.nonce, scene.now + 1000);
  const keys = {
    operator,
    signDigest: (digest: Uint8Array) => signDigest(operatorKey, toHex(digest)),
    encryptingKey: () => encryptingKey,
    encryptingSecret: (keyNumber: number) =>
      keyNumber < scene.oldestKeyNumber ? undefined : fromHex(node.encrypting.secret),
  };
  const ports = {
    node: hex(node.node),
    network: {
      chainId,
      adjudicator: hex(adjudicator),
      policyManager: hex(policyManager),
      escrow: hex(escrow),
      epochLength: node.epochLength,
      depth: node.creationDepth,
    },
    chain: view,
    policies: view,
    registry: view,
    nonces,
    tombstones: new MemoryTombstones(),
    acks: new MemoryAckLedger(),
    chunks: new MemoryChunkIndex(),
    keys,
    clock: { nowMs: () => nowMs },
    work: new InlineWork(keys, undefined, scene.queueFull ? 0 : 100),
  };
  const ursula = new Ursula(ports, scene.readerBucketEmpty ? { perReader: { burst: 1, perSecond: 1 } } : {});
  return ursula.reencrypt(decodeBody('reencrypt', raw));
}
