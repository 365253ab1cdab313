/**
 * What Bob MUST check before he believes a manifest, and the only way to a VerifiedManifest.
 *
 * Owns: the checks and their order. Owns not: reading the chain (the caller brings its facts), fetching, opening.
 * Source: spec/protocol.md section 8.3, "Bob MUST check"; section 3 for the root.
 */
import type { PublicKey } from '../umbral/keys.ts';
import { sameAddress } from './address.ts';
import { manifestMessage } from './derive.ts';
import { refuse } from './errors.ts';
import { signatureIn } from './fields.ts';
import type { Address, Hex } from './hex.ts';
import { type Leaf, type LeafParts, leafOf, policyIdOf, sealedKfragHash } from './leaf.ts';
import { type Manifest, type ManifestLeaf, parsePayload, type SignedManifest } from './manifest.ts';
import type { Ack, Contracts } from './messages.ts';
import { addressOf } from './signature.ts';
import { type LeafTree, leafTree } from './tree.ts';
import { recoverTyped } from './typed.ts';

/** What the chain says of the policy, read by the caller at a block that he trusts. */
export interface PolicyFacts {
  readonly owner: Address;
  readonly root: Hex;
  readonly shares: number;
  /** Wei per leaf and epoch. */
  readonly rate: bigint;
}

/** Who reads: Bob by his keys, or the sender, who opens her own manifest again. */
export type ManifestReader = { readonly receivingKey: PublicKey; readonly verifyingKey: PublicKey } | 'sender';

/** What a manifest is held against: the key of the sender, the reader, the policy, the nodes. */
export interface VerifyManifestOptions {
  /** Alice's verifying key, pinned or got by link, card or registry: never from the manifest itself. */
  readonly verifyingKey: PublicKey;
  readonly reader: ManifestReader;
  /** This client's own chain and contracts. */
  readonly contracts: Contracts;
  readonly policy: PolicyFacts;
  /** Was `operator` the key of `node` in `epoch`, by MinerEscrow? */
  readonly operatorValid: (node: Address, operator: Address, epoch: number) => boolean | Promise<boolean>;
}

/** One share with everything that a request about it carries. */
export interface VerifiedShare {
  readonly node: Address;
  readonly sealedKfrag: Uint8Array;
  readonly parts: LeafParts;
  readonly leaf: Leaf;
  readonly leafHash: Hex;
  readonly proof: readonly Hex[];
  readonly ack: Ack;
  readonly ackSignature: Uint8Array;
  /** The operator who signed the Ack. */
  readonly operator: Address;
}

/** A manifest whose signature and contents were checked: only `verifyManifest` makes one. */
class VerifiedManifest {
  readonly #verified = true;
  readonly manifest: Manifest;
  readonly owner: Address;
  readonly root: Hex;
  /** In order of index. */
  readonly shares: readonly VerifiedShare[];

  constructor(manifest: Manifest, policy: PolicyFacts, shares: readonly VerifiedShare[]) {
    this.manifest = manifest;
    this.owner = policy.owner;
    this.root = policy.root;
    this.shares = shares;
  }

  static is(value: unknown): value is VerifiedManifest {
    return typeof value === 'object' && value !== null && #verified in value;
  }
}

/** Made by {@link verifyManifest} only: the class is not exported as a value. */
export type { VerifiedManifest };

/** Whether a value was made by {@link verifyManifest}; for callers without a type checker. */
export function isVerifiedManifest(value: unknown): value is VerifiedManifest {
  return VerifiedManifest.is(value);
}

/** The leaves of a manifest, hashed; also how Alice gets the root that she puts on chain. */
export function leavesOf(manifest: Manifest): {
  readonly tree: LeafTree;
  readonly leaves: readonly { readonly parts: LeafParts; readonly leaf: Leaf; readonly hash: Hex }[];
} {
  const { delegatingKey, receivingKey, verifyingKey, reader, conditions } = manifest;
  const keys = [delegatingKey.toBytes(), receivingKey.toBytes(), verifyingKey.toBytes()] as const;
  const leaves = manifest.leaves.map(({ node, sealedKfrag, fragment, byteBudget }, index) => {
    const parts: LeafParts = {
      index,
      node,
      fragment,
      sealedKfragHash: sealedKfragHash(sealedKfrag),
      keys,
      reader,
      byteBudget,
      conditions: conditions ?? null,
    };
    const { leaf, hash } = leafOf(parts);
    return { parts, leaf, hash };
  });
  return { tree: leafTree(leaves.map(({ hash }) => hash)), leaves };
}

/** The Ack that a leaf of a manifest carries, whole. */
export function ackIn(manifest: Manifest, leaf: ManifestLeaf, leafHash: Hex): Ack {
  const { ackUntil: until, ackLastStart: lastStart, ackEpoch: epoch } = leaf;
  return { policyId: manifest.policyId, leaf: leafHash, rate: manifest.rate, until, lastStart, epoch };
}

/**
 * Throws E_FIELD (no signature at all), E_SIGNATURE (not signed by the pinned key, or an Ack not by its node's operator), E_RECIPIENT (for another Bob),
 * E_DOMAIN (another chain or contract), E_MANIFEST (policyId, root, shares or rate differ from the chain's). What
 * `operatorValid` throws goes through.
 */
export async function verifyManifest(
  signed: SignedManifest,
  options: VerifyManifestOptions,
): Promise<VerifiedManifest> {
  // Read again from the signed bytes: what is believed is what was signed, whoever made the object.
  const payload = Uint8Array.from(signed.payload);
  const signature = signatureIn(signed.signature.toBytes(), 'signature');
  const manifest = parsePayload(payload);
  const { verifyingKey, contracts, policy } = options;
  if (!manifest.verifyingKey.equals(verifyingKey)) refuse('E_SIGNATURE', 'verifyingKey', 'the pinned key', 'another');
  if (!signature.verify(verifyingKey, manifestMessage(payload))) {
    refuse('E_SIGNATURE', 'signature', 'by the verifying key over this payload', 'another');
  }
  checkReader(manifest, options.reader);
  checkDomain(manifest, contracts);
  const { policyManager, salt } = manifest;
  const policyId = policyIdOf({ chainId: contracts.chainId, policyManager, owner: policy.owner, salt });
  if (policyId !== manifest.policyId) refuse('E_MANIFEST', 'policyId', policyId, manifest.policyId);
  if (manifest.shares !== policy.shares) refuse('E_MANIFEST', 'shares', `${policy.shares}`, `${manifest.shares}`);
  const { tree, leaves } = leavesOf(manifest);
  if (tree.root !== policy.root) refuse('E_MANIFEST', 'leaves', `the root ${policy.root}`, tree.root);
  if (policy.rate < manifest.rate) refuse('E_MANIFEST', 'rate', `at most ${policy.rate}`, `${manifest.rate}`);
  const shares: VerifiedShare[] = [];
  for (const [index, { parts, leaf, hash }] of leaves.entries()) {
    const entry = manifest.leaves[index] as ManifestLeaf;
    const ack = ackIn(manifest, entry, hash);
    const operator = recoverTyped('Ack', contracts, ack, entry.ackSignature);
    if (!(await options.operatorValid(entry.node, operator, entry.ackEpoch))) {
      const expected = `by the operator of ${entry.node} in epoch ${entry.ackEpoch}`;
      refuse('E_SIGNATURE', `leaves[${index}].ackSignature`, expected, operator);
    }
    const { node, sealedKfrag, ackSignature } = entry;
    const proof = tree.proof(index);
    shares.push({ node, sealedKfrag, parts, leaf, leafHash: hash, proof, ack, ackSignature, operator });
  }
  return new VerifiedManifest(manifest, policy, shares);
}

function checkReader(manifest: Manifest, reader: ManifestReader): void {
  if (reader === 'sender') return;
  if (!manifest.receivingKey.equals(reader.receivingKey)) {
    refuse('E_RECIPIENT', 'receivingKey', 'the key of this reader', 'another');
  }
  if (manifest.reader !== addressOf(reader.verifyingKey)) {
    refuse('E_RECIPIENT', 'reader', addressOf(reader.verifyingKey), manifest.reader);
  }
}

function checkDomain(manifest: Manifest, contracts: Contracts): void {
  if (manifest.chainId !== contracts.chainId) {
    refuse('E_DOMAIN', 'chainId', `${contracts.chainId}`, `${manifest.chainId}`);
  }
  for (const field of ['policyManager', 'adjudicator'] as const) {
    if (!sameAddress(manifest[field], contracts[field])) refuse('E_DOMAIN', field, contracts[field], manifest[field]);
  }
}
