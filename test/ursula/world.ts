/**
 * A small world around Ursula's core: Alice, Bob, a policy of a few shares, one of which is this node's, and ports in memory.
 * Everything cryptographic is real; only chain and disk are set by hand. Not a test by itself.
 */
import {
  InlineWork,
  type KeyRing,
  MemoryAckLedger,
  MemoryChainView,
  MemoryChunkIndex,
  MemoryNonces,
  MemoryTombstones,
  type Network,
  type PolicyView,
  type Reencryptor,
  type SecretUse,
  Ursula,
  type UrsulaOptions,
  type UrsulaPorts,
} from '../../lib/characters/ursula/index.ts';
import {
  type AckBody,
  type Address,
  addressOf,
  fragmentOfKfrag,
  type Hex,
  type LeafParts,
  leafOf,
  leafTree,
  policyIdOf,
  type ReencryptBody,
  type ReservationBody,
  requestOf,
  reservationOf,
  sealedKfragHash,
  signDigest,
  signTyped,
  toHex,
} from '../../lib/protocol/index.ts';
import { sealKfrag } from '../../lib/protocol/seal.ts';
import { type Capsule, encrypt, generateKFrags, SecretKey, Signer } from '../../lib/umbral/index.ts';

/** A time that is a whole number of epochs. */
export const t0 = 1_800_000_000;
export const epochLength = 30;

const filled = (byte: string): Address => `0x${byte.repeat(20)}`;

/** Random 32 bytes as a name. */
export const randomWord = (): Hex => toHex(crypto.getRandomValues(new Uint8Array(32)));

/** What a test may set before the world is made. */
export interface WorldOptions {
  readonly depth?: number;
  readonly shares?: number;
  readonly index?: number;
  readonly threshold?: number;
  readonly conditions?: Uint8Array | null;
  readonly byteBudget?: number;
  readonly ursula?: UrsulaOptions;
  readonly work?: (keys: KeyRing, used: (use: SecretUse) => void) => Reencryptor;
  readonly ports?: Partial<UrsulaPorts>;
}

const network = (depth: number): Network => ({
  chainId: 31337,
  adjudicator: filled('a1'),
  policyManager: filled('b2'),
  escrow: filled('c3'),
  epochLength,
  depth,
});
const node = filled('e5');

/** Keys, shares and tree: what is dear to make and never changes. */
export function makeCohort(options: WorldOptions = {}) {
  const { shares = 3, index = 1, threshold = 2, conditions = null, byteBudget = 3_000_000 } = options;
  const operatorKey = SecretKey.random();
  const encryptingKey = SecretKey.random();
  const owner = SecretKey.random();
  const delegating = SecretKey.random();
  const verifying = SecretKey.random();
  const receiving = SecretKey.random();
  const reader = SecretKey.random();
  const kfrags = generateKFrags({
    delegatingSecretKey: delegating,
    receivingKey: receiving.publicKey,
    signer: new Signer(verifying),
    threshold,
    shares,
  });
  const { chainId, policyManager } = network(0);
  const policyId = policyIdOf({ chainId, policyManager, owner: addressOf(owner.publicKey), salt: randomWord() });
  const keys = [delegating, receiving, verifying].map((key) => key.publicKey.toBytes()) as unknown as readonly [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const all = kfrags.map((verified, i) => {
    // Every share is sealed to our node's key; only the one at `index` names our node.
    const place = { keyNumber: 1, policyId, index: i, node: i === index ? node : filled(`7${i.toString(16)}`) };
    const kfrag = verified.toBytes();
    const sealedKfrag = sealKfrag(encryptingKey.publicKey, place, kfrag);
    const leaf: LeafParts = {
      index: i,
      node: place.node,
      fragment: fragmentOfKfrag(kfrag),
      sealedKfragHash: sealedKfragHash(sealedKfrag),
      keys,
      reader: addressOf(reader.publicKey),
      byteBudget,
      conditions,
    };
    return { leaf, sealedKfrag };
  });
  const tree = leafTree(all.map(({ leaf }) => leafOf(leaf).hash));
  const { capsule, ciphertext } = encrypt(delegating.publicKey, new TextEncoder().encode('the secret of the lintel'));
  const people = { operatorKey, encryptingKey, owner, delegating, verifying, receiving, reader };
  return { ...people, kfrags, policyId, all, tree, index, shares, capsule, ciphertext };
}

export type Cohort = ReturnType<typeof makeCohort>;

/** The world at t0, with the policy confirmed and servable. */
export function makeWorld(options: WorldOptions = {}, cohort: Cohort = makeCohort(options)) {
  const net = network(options.depth ?? 1);
  const { epochLength: _length, depth: _depth, ...domain } = net;
  const {
    operatorKey,
    encryptingKey,
    owner,
    delegating,
    verifying,
    reader,
    policyId,
    all,
    tree,
    index,
    shares,
    capsule,
  } = cohort;
  const { leaf, sealedKfrag } = all[index]!;

  // The node's keys: an operator and encrypting key number 1; number 0 is erased.
  const encryptingSecrets = new Map([[1, encryptingKey]]);
  const used = { seal: 0, kfrag: 0, operator: 0 };
  const countUse = (use: SecretUse): void => {
    used[use] += 1;
  };
  const alarms: string[] = [];
  const keys: KeyRing = {
    operator: addressOf(operatorKey.publicKey),
    signDigest: (digest) => signDigest(operatorKey, toHex(digest)),
    encryptingKey: () => ({ keyNumber: 1, publicKey: encryptingKey.publicKey.toBytes() }),
    encryptingSecret: (keyNumber) => encryptingSecrets.get(keyNumber)?.toSecretBytes(),
  };

  // The chain as the node sees it.
  const view = new MemoryChainView();
  const clock = { ms: t0 * 1000, nowMs: () => clock.ms };
  const setHead = (timestamp: number, number = 100n): void => {
    view.current = { number, hash: randomWord(), timestamp, seenAtMs: clock.ms };
  };
  setHead(t0);
  const policy: PolicyView = {
    policyId,
    owner: addressOf(owner.publicKey),
    sponsor: addressOf(owner.publicKey),
    root: tree.root,
    shares,
    rate: 1_000n,
    start: t0 / epochLength + 1,
    end: t0 / epochLength + 20,
    expiresAt: t0 + 600,
    confirmations: 10,
  };
  view.policies.set(policyId, policy);
  const miner = {
    node,
    operator: keys.operator,
    stake: 25_000n,
    bonded: true,
    availableUntil: t0 / epochLength + 1_000,
    minRate: 1_000n,
    url: 'http://127.0.0.1:1',
    encryptingKey: keys.encryptingKey().publicKey,
    keyNumber: 1,
    peerId: '',
  };
  view.miners.set(node, miner);
  view.spans.push({ node, operator: keys.operator, from: 0, to: 2 ** 32 });

  const observer = { secretUsed: countUse, alarm: (event: string) => void alarms.push(event) };
  const ports: UrsulaPorts = {
    node,
    network: net,
    chain: view,
    policies: view,
    registry: view,
    nonces: new MemoryNonces(),
    tombstones: new MemoryTombstones(),
    acks: new MemoryAckLedger(),
    chunks: new MemoryChunkIndex(),
    keys,
    clock,
    work: options.work?.(keys, countUse) ?? new InlineWork(keys, observer),
    observer,
    ...options.ports,
  };
  const ursula = new Ursula(ports, options.ursula);

  const now = (): number => Math.floor(clock.ms / 1000);

  /** A good request; `change` edits what Bob signs, `after` what is sent beside it. */
  const request = (
    change: Partial<Parameters<typeof requestOf>[0]> & { signer?: SecretKey } = {},
    after: Partial<ReencryptBody> = {},
  ): ReencryptBody => {
    const { signer = reader, ...fields } = change;
    const body = { domain, policyId, leaf, proof: tree.proof(index), sealedKfrag, capsules: [capsule.toBytesSimple()] };
    const message = {
      policyId,
      leaf: leafOf(after.leaf ?? leaf).hash,
      node,
      reader: leaf.reader,
      capsules: after.capsules ?? body.capsules,
      nonce: randomWord(),
      issuedAt: now(),
      expiresAt: now() + 120,
      ...fields,
    };
    const signature = signTyped('Request', signer, domain, requestOf(message));
    const { nonce, issuedAt, expiresAt } = message;
    return {
      ...body,
      request: { node: message.node, reader: message.reader, nonce, issuedAt, expiresAt, signature },
      ...after,
    };
  };

  const ackBody = (change: Partial<AckBody> = {}): AckBody => ({
    domain,
    policyId,
    leaf,
    sealedKfrag,
    rate: 1_000n,
    until: t0 + 600,
    ...change,
  });

  const reservation = (
    chunks: readonly { id: string; size: number }[],
    change: Partial<ReservationBody> = {},
    expiresAt = change.reservation?.expiresAt ?? now() + 120,
  ) => {
    const message = reservationOf({ policyId, leaf: leafOf(leaf).hash, chunks, expiresAt });
    const signature = signTyped('Reservation', verifying, domain, message);
    const body: ReservationBody = {
      domain,
      policyId,
      leaf,
      proof: tree.proof(index),
      chunks,
      reservation: { expiresAt, signature },
      ...change,
    };
    return body;
  };

  return {
    ...cohort,
    network: net,
    domain,
    node,
    encryptingSecrets,
    keys,
    used,
    alarms,
    leaf,
    leafHash: leafOf(leaf).hash,
    sealedKfrag,
    view,
    clock,
    setHead,
    policy,
    miner,
    ports,
    ursula,
    now,
    request,
    ackBody,
    reservation,
    newCapsule: (): Capsule => encrypt(delegating.publicKey, new Uint8Array(1)).capsule,
  };
}

export type World = ReturnType<typeof makeWorld>;
