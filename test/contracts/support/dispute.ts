/** A policy with a leaf at the court's node, and everything that opens a challenge of it. */
import type { ChallengeRecord } from 'dintel/chain';
import {
  type Ack,
  type Address,
  addressOf,
  capsuleHash,
  capsuleHints,
  challengeIdOf,
  compactSignature,
  type Hex,
  type Leaf,
  leafHash,
  leafTree,
  receiptOf,
  sealedKfragHash,
  signTyped,
  type Terms,
  termsHash,
  toHex,
  zeroHash,
} from 'dintel/protocol';
import type { Wallet } from 'ethers';
import { placeOf, wordOf } from '../../../scripts/vectors/people.ts';
import { type Court, keyOf, lower } from './court.ts';
import { epochLength, noNote } from './world.ts';

export const window = epochLength / 2n;
export const rate = 10n ** 9n;

export interface Dispute {
  readonly policyId: Hex;
  readonly leaf: Leaf;
  readonly proof: readonly Hex[];
  readonly terms: Terms;
  readonly sealedKfrag: Uint8Array;
  readonly owner: Wallet;
  readonly reader: Wallet;
  readonly expiresAt: bigint;
  readonly start: number;
}

/** What may differ from what is right in an opening. */
export interface Change {
  readonly ack?: Partial<Ack>;
  readonly ackBy?: Wallet;
  readonly ackAbout?: Partial<Ack>;
  readonly capsule?: Uint8Array;
  readonly request?: { readonly expiresAt?: number; readonly nonce?: Hex };
  readonly requestBy?: Wallet;
  readonly requestCapsules?: readonly Hex[];
  readonly requestNode?: Address;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Owner 30, Bob 31. Units: `epochs` from now until the policy expires. */
export async function makeDispute(
  court: Court,
  { seed = 'dispute', epochs = 20, conditions = zeroHash } = {},
): Promise<Dispute> {
  const [owner, reader] = [await court.wallet(30), await court.wallet(31)];
  const sealedKfrag = new Uint8Array(363).fill(7);
  const terms: Terms = {
    sealedKfragHash: sealedKfragHash(sealedKfrag),
    keys: wordOf('keys'),
    reader: addressOf(keyOf(reader).publicKey),
    byteBudget: 1_000,
    conditions,
  };
  const leaves: Leaf[] = [0, 1, 2].map((index) => ({
    index,
    node: index === 1 ? lower(court.node.address) : placeOf(`node ${index}`),
    fragment: wordOf(`fragment ${index}`),
    terms: termsHash(terms),
  }));
  const tree = leafTree(leaves.map(leafHash));
  const expiresAt = (await court.now()) + BigInt(epochs) * epochLength;
  const draft = { salt: wordOf(seed), root: tree.root, shares: 3, rate, expiresAt };
  const [deposit, start] = await court.read<[bigint, bigint]>(court.manager, 'quote', rate, 3, expiresAt);
  await court.send(court.manager, owner, 'createPolicy', [draft, noNote], deposit);
  const policyId = await court.read<Hex>(court.manager, 'policyIdOf', owner.address, draft.salt);
  return {
    policyId,
    leaf: leaves[1] as Leaf,
    proof: tree.proof(1),
    terms,
    sealedKfrag,
    owner,
    reader,
    expiresAt,
    start: Number(start),
  };
}

/** The opening, as ethers wants it, with whatever is to be wrong. */
export async function openingOf(court: Court, dispute: Dispute, change: Change = {}) {
  const { policyId, leaf, proof, terms, sealedKfrag, reader } = dispute;
  const now = Number(await court.now());
  const hash = leafHash(leaf);
  const capsule = change.capsule ?? court.honest.capsule;
  const ack: Ack = {
    policyId,
    leaf: hash,
    rate,
    until: now + 100_000,
    lastStart: dispute.start,
    epoch: Number(await court.epoch()),
    ...change.ack,
  };
  const request = {
    policyId,
    leaf: hash,
    node: change.requestNode ?? leaf.node,
    reader: terms.reader,
    capsules: change.requestCapsules ?? [capsuleHash(capsule)],
    nonce: wordOf('nonce'),
    issuedAt: now,
    expiresAt: now + 100,
    ...change.request,
  };
  const signedAck = signTyped('Ack', keyOf(change.ackBy ?? court.operator), court.contracts, {
    ...ack,
    ...change.ackAbout,
  });
  const signedRequest = signTyped('Request', keyOf(change.requestBy ?? reader), court.contracts, request);
  const { keys, byteBudget, conditions } = terms;
  return {
    policyId,
    leaf,
    proof,
    terms: { keys, reader: terms.reader, byteBudget, conditions },
    ack: {
      rate: ack.rate,
      until: ack.until,
      lastStart: ack.lastStart,
      epoch: ack.epoch,
      ...compactSignature(signedAck),
    },
    request: {
      nonce: request.nonce,
      issuedAt: request.issuedAt,
      expiresAt: request.expiresAt,
      ...compactSignature(signedRequest),
    },
    hints: capsuleHints(capsule),
    capsule: toHex(capsule),
    sealedKfrag: toHex(sealedKfrag),
    ...change.more,
  };
}

export async function challengeOf(court: Court, dispute: Dispute): Promise<ChallengeRecord> {
  const raw = await court.read<Record<keyof ChallengeRecord, bigint | string>>(
    court.adjudicator,
    'challengeOf',
    dispute.policyId,
    dispute.leaf.index,
  );
  return {
    challenger: lower(String(raw.challenger)),
    deadline: Number(raw.deadline),
    epoch: Number(raw.epoch),
    bond: BigInt(raw.bond),
    node: lower(String(raw.node)),
    leaf: raw.leaf as Hex,
    capsule: raw.capsule as Hex,
  };
}

/** A receipt for a challenge, by the node's operator unless told otherwise; the arguments of `answer`. */
export function answerOf(
  court: Court,
  dispute: Dispute,
  challenge: ChallengeRecord,
  change: { cfrag?: Uint8Array; epoch?: number; by?: Wallet; capsule?: Uint8Array; request?: Hex } = {},
) {
  const cfrag = change.cfrag ?? court.honest.cfrag;
  const epoch = change.epoch ?? challenge.epoch;
  const request = change.request ?? challengeIdOf({ policyId: dispute.policyId, ...challenge });
  const receipt = receiptOf({
    policyId: dispute.policyId,
    leaf: leafHash(dispute.leaf),
    epoch,
    request,
    capsule: change.capsule ?? court.honest.capsule,
    cfrag,
  });
  const { r, vs } = compactSignature(
    signTyped('Receipt', keyOf(change.by ?? court.operator), court.contracts, receipt),
  );
  return [dispute.policyId, dispute.leaf.index, toHex(cfrag), epoch, request, r, vs] as const;
}
