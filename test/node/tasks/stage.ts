/**
 * A bonded node with store, watcher and core on a local chain, and policies with real shares for it. Not a test.
 * The machine's clock is the chain's, which the tests move.
 */
import { join } from 'node:path';
import {
  Adjudicator,
  adjudicatorAbi,
  type Chain,
  MinerEscrow,
  minerEscrowAbi,
  PolicyManager,
  policyManagerAbi,
  Token,
} from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import {
  type AckAnswer,
  type Address,
  addressOf,
  fragmentOfKfrag,
  fromHex,
  type Hex,
  type LeafParts,
  leafOf,
  leafTree,
  policyIdOf,
  requestOf,
  sealedKfragHash,
  signTyped,
  toHex,
  typedDigest,
} from 'dintel/protocol';
import { encrypt, generateKFrags, PublicKey, SecretKey, Signer } from 'dintel/umbral';
import { InlineWork, type Network, Ursula } from 'dintel/ursula';
import { sealKfrag } from '../../../lib/protocol/seal.ts';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { newPhrase } from '../../../node/keystore/phrase.ts';
import { timedEvents } from '../../../node/store/fold.ts';
import { Store } from '../../../node/store/store.ts';
import { Outbox } from '../../../node/tasks/outbox.ts';
import { Watcher } from '../../../node/watcher/watcher.ts';
import { type LocalChain, wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';

export const epochLength = 30;
const amount = 30_000n * 10n ** 18n;

export interface Staked {
  readonly node: Address;
  readonly keystore: NodeKeystore;
  readonly operator: Chain;
  readonly escrow: MinerEscrow<Chain>;
  readonly stakerEscrow: MinerEscrow<Chain>;
}

/** A bonded node with a funded operator; `index` of the wallet that stakes. */
export async function stakedNode(chain: LocalChain, index: number): Promise<Staked> {
  const keystore = await NodeKeystore.create(join(scratchFolder(), 'key'), newPhrase(), 'a password for tests');
  const staker = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(index).privateKey as Hex });
  const operator = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: toHex(keystore.revealOperatorKey()) });
  await chain.fund(keystore.operator);
  await chain.giveTokens(staker.account, 30_000n);
  await (await new Token(staker, chain.deployment.token).approve(chain.deployment.escrow, amount)).wait();
  const stakerEscrow = new MinerEscrow(staker, chain.deployment.escrow);
  const now = Number((await staker.block('latest'))?.timestamp);
  const deadline = now + 600;
  const node = staker.account;
  const consent = keystore.signDigest(fromHex(typedDigest('OperatorConsent', chain.deployment, { node, deadline })));
  const { keyNumber, publicKey } = keystore.encryptingKey();
  const info = {
    url: 'http://127.0.0.1:9',
    encryptingKey: publicKey,
    keyNumber,
    peerId: new Uint8Array(),
    protocol: 1,
  };
  const availableUntil = Math.floor(now / epochLength) + 900;
  const bond = { amount, operator: keystore.operator, consentDeadline: deadline, consent, availableUntil, info };
  await (await stakerEscrow.bond(bond)).wait();
  return { node, keystore, operator, escrow: new MinerEscrow(operator, chain.deployment.escrow), stakerEscrow };
}

/** The node with its memory and judgement. */
export async function stageOf(chain: LocalChain, index: number) {
  const staked = await stakedNode(chain, index);
  const { node, keystore, operator, escrow } = staked;
  const { token: _token, keyRegistry: _registry, deployedBlock: _block, ...domain } = chain.deployment;
  const network: Network = { ...domain, epochLength, depth: 0 };
  const store = await Store.open({ folder: scratchFolder(), network, minStake: 25_000n * 10n ** 18n });
  const abi = [...minerEscrowAbi, ...policyManagerAbi, ...adjudicatorAbi].filter(({ type }) => type === 'event');
  const addresses = [domain.escrow, domain.policyManager, domain.adjudicator];
  const watcher = new Watcher({
    endpoints: [{ name: 'local', connect: async () => operator }],
    watched: { chainId: 31_337, addresses, abi, deployedBlock: 0n, timedEvents },
    known: store.index,
    apply: (event) => store.index.apply(event),
  });
  const chainTime = (): number | undefined => store.index.cursor()?.timestamp;
  const clock = { nowMs: () => (chainTime() ?? 0) * 1000 };
  const alarms: string[] = [];
  const { policies, nodes: registry, nonces, receipts, leaves, tombstones, acks, chunks } = store;
  const ursula = new Ursula({
    ...{ node, network, registry, nonces, receipts, leaves, tombstones, acks, chunks, clock, keys: keystore },
    chain: {
      head: () => {
        const cursor = store.index.cursor();
        return cursor && { ...cursor, seenAtMs: clock.nowMs() };
      },
      isContractSignature: async () => false,
    },
    policies: {
      policy: (id) => policies.policy(id),
      readThrough: async (id) => {
        await watcher.refresh();
        return policies.policy(id);
      },
    },
    work: new InlineWork(keystore),
    observer: { alarm: (event) => void alarms.push(event) },
  });
  return {
    ...{ ...staked, chain, domain, network, store, watcher, ursula, chainTime, alarms },
    outbox: new Outbox(5_000),
    manager: new PolicyManager(operator, domain.policyManager),
    adjudicator: new Adjudicator(operator, domain.adjudicator),
    async passEpochs(count: number): Promise<void> {
      await chain.rpc('evm_increaseTime', count * epochLength);
      await chain.rpc('evm_mine');
      await watcher.refresh();
    },
    beat: async () => (await escrow.heartbeat(8)).wait(),
  };
}

export type Stage = Awaited<ReturnType<typeof stageOf>>;

/** A policy of two shares, the second of which is the node's, paid by `index`. Units: rate wei, `epochs` of life. */
export async function granted(stage: Stage, { index = 1, rate = 10n ** 9n, epochs = 20 } = {}) {
  const { chain, node, keystore, ursula, domain, watcher } = stage;
  const payer = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(index).privateKey as Hex });
  const policies = new PolicyManager(payer, domain.policyManager);
  const [delegating, verifying, receiving, reader] = Array.from({ length: 4 }, () => SecretKey.random()) as [
    SecretKey,
    SecretKey,
    SecretKey,
    SecretKey,
  ];
  const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
  const policyId = policyIdOf({ chainId: 31_337, policyManager: domain.policyManager, owner: payer.account, salt });
  const kfrags = generateKFrags({
    delegatingSecretKey: delegating,
    receivingKey: receiving.publicKey,
    signer: new Signer(verifying),
    threshold: 2,
    shares: 2,
  });
  const parts = kfrags.map((verified, place) => {
    const kfrag = verified.toBytes();
    const { keyNumber, publicKey } = keystore.encryptingKey();
    const sealed = sealKfrag(PublicKey.fromBytes(publicKey), { keyNumber, policyId, index: place, node }, kfrag);
    const leaf: LeafParts = {
      index: place,
      node: place === 1 ? node : `0x${'77'.repeat(20)}`,
      fragment: fragmentOfKfrag(kfrag),
      sealedKfragHash: sealedKfragHash(sealed),
      keys: [delegating.publicKey.toBytes(), receiving.publicKey.toBytes(), verifying.publicKey.toBytes()],
      reader: addressOf(reader.publicKey),
      byteBudget: 0,
      conditions: null,
    };
    return { leaf, sealed };
  });
  const { leaf, sealed: sealedKfrag } = parts[1] as (typeof parts)[number];
  const tree = leafTree(parts.map((part) => leafOf(part.leaf).hash));
  await watcher.refresh();
  const expiresAt = (stage.chainTime() ?? 0) + epochs * epochLength;
  const { ack, signature: ackSignature }: AckAnswer = await ursula.ack({
    ...{ domain, policyId, leaf, sealedKfrag, rate },
    until: expiresAt + 100,
  });
  const terms = { salt, root: tree.root, shares: 2, rate, expiresAt };
  const { deposit } = await policies.quote(rate, 2, expiresAt);
  await (await policies.createPolicy({ terms, valueWei: deposit })).wait();
  await watcher.refresh();
  const capsule = encrypt(delegating.publicKey, new Uint8Array(3)).capsule.toBytesSimple();
  const capsules = [capsule];

  /** What Bob signs for this capsule. */
  const question = () => {
    const now = stage.chainTime() ?? 0;
    const nonce = toHex(crypto.getRandomValues(new Uint8Array(32)));
    const fields = { node, reader: leaf.reader, nonce, issuedAt: now, expiresAt: now + 120 };
    const message = requestOf({ ...fields, policyId, leaf: leafOf(leaf).hash, capsules });
    return { ...fields, signature: signTyped('Request', reader, domain, message) };
  };
  return {
    ...{ payer, policies, policyId, leaf, hash: leafOf(leaf).hash, proof: tree.proof(1), sealedKfrag, capsule, reader },
    ...{ ack, ackSignature, question, rate, publicKeys: { delegating, receiving, verifying } },
    /** As Bob asks, so that the node has seen the proof. */
    ask: () =>
      ursula.reencrypt({
        ...{ domain, policyId, leaf, proof: tree.proof(1), sealedKfrag, capsules, request: question() },
      }),
  };
}

export type Granted = Awaited<ReturnType<typeof granted>>;
