/**
 * Evidence: a node's signed answer with the coordinates that the contract cannot compute cheaply. Owns: its shape, how it is made
 * from what Bob has, the digests of a commit. Owns not: the verdict (evidenceVerdict.ts and the Adjudicator contract), which answer
 * is worth reporting (lib/characters/bob). Source: spec/protocol.md sections 5.3 and 6, spec/umbral.md sections 9 and 10.
 */
import { UmbralError } from '../umbral/errors.ts';
import { U_BYTES } from '../umbral/hash.ts';
import { generators, hashToScalar, Point, Scalar } from '../umbral/toolkit.ts';
import { addressWord, bytes32Word, uintWord } from './abi.ts';
import { checkBytes, concatBytes, utf8 } from './bytes.ts';
import { compactSignature } from './compactSignature.ts';
import { keccak } from './hash.ts';
import { type Address, fromHex, type Hex, toHex } from './hex.ts';
import { capsuleBytes, cfragBytes, type Leaf } from './leaf.ts';

/** The struct of the contract. */
export interface Evidence {
  readonly policyId: Hex;
  readonly leaf: Leaf;
  readonly epoch: number;
  readonly request: Hex;
  /** The receipt's signature, EIP-2098. */
  readonly r: Hex;
  readonly vs: Hex;
  /** y of E, V, E1, V1, E2, V2, U1, U2; 0 where this x has none. */
  readonly y: readonly bigint[];
  /** x and y of z*E, h*E1, z*V, h*V1, z*U, h*U1; 0 where the verdict falls before they are asked for. */
  readonly products: readonly bigint[];
  /** 98 bytes. */
  readonly capsule: Uint8Array;
  /** 359 bytes. */
  readonly cfrag: Uint8Array;
}

/** An answer over its node's signature, as Bob keeps it. */
export interface SignedAnswer {
  readonly policyId: Hex;
  readonly leaf: Leaf;
  readonly epoch: number;
  /** Digest of the Request, or the challengeId. */
  readonly request: Hex;
  readonly capsule: Uint8Array;
  readonly cfrag: Uint8Array;
  /** The receipt's, 65 bytes. */
  readonly signature: Uint8Array;
}

/** Where the points stand, in the order of `y`: two in the capsule, six in the cfrag. */
export const evidencePlaces = {
  capsule: [0, 33],
  cfrag: [0, 33, 131, 164, 197, 230],
  z: 263,
} as const;

/** The points of an answer as they travel, 33 bytes each, in the order of `y`. */
export function encodedPoints(answer: { capsule: Uint8Array; cfrag: Uint8Array }): readonly Uint8Array[] {
  return [
    ...evidencePlaces.capsule.map((place) => answer.capsule.subarray(place, place + 33)),
    ...evidencePlaces.cfrag.map((place) => answer.cfrag.subarray(place, place + 33)),
  ];
}

/** h of the proof: over E, E1, E2, V, V1, V2, U, U1, U2 as they travel, points or not. Source: spec/umbral.md section 2. */
export function proofChallenge(points: readonly Uint8Array[]): Scalar {
  const [e, v, e1, v1, e2, v2, u1, u2] = points as readonly [
    Uint8Array,
    ...[Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array],
  ];
  return hashToScalar(utf8('CFRAG_VERIFICATION'), e, e1, e2, v, v1, v2, U_BYTES, u1, u2);
}

/** A whole number from bytes, big-endian. */
export const uintOf = (bytes: Uint8Array): bigint => BigInt(toHex(bytes));

/** x and y, both 0 for the identity or for no point. */
export function coordinates(point: Point | undefined): readonly [bigint, bigint] {
  if (point === undefined || point.isIdentity) return [0n, 0n];
  const { x, y } = point.toAffine();
  return [uintOf(x), uintOf(y)];
}

/** What the bytes decode to, or undefined: the very question that evidence is about. */
export function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof UmbralError) return undefined;
    throw error;
  }
}

export const times = (point: Point | undefined, scalar: Scalar | undefined): Point | undefined =>
  point === undefined || scalar === undefined ? undefined : Point.publicSum([{ point, scalar }]);

/**
 * Evidence from a signed answer, right or wrong; nothing else is needed. A point that does not decode has hint 0, and so has what
 * would follow from it. Throws E_LENGTH, E_SIGNATURE for a signature that no contract takes.
 */
export function makeEvidence(answer: SignedAnswer): Evidence {
  const { policyId, leaf, epoch, request } = answer;
  const capsule = checkBytes(answer.capsule, capsuleBytes, 'capsule').slice();
  const cfrag = checkBytes(answer.cfrag, cfragBytes, 'cfrag').slice();
  const encoded = encodedPoints({ capsule, cfrag });
  const points = encoded.map((bytes) => attempt(() => Point.fromBytes(bytes)));
  const [e, v, e1, v1, , , u1] = points;
  const z = attempt(() => Scalar.fromBytes(cfrag.subarray(evidencePlaces.z, evidencePlaces.z + 32)));
  const h = proofChallenge(encoded);
  const products = [times(e, z), times(e1, h), times(v, z), times(v1, h), times(generators.U, z), times(u1, h)];
  return {
    policyId,
    leaf,
    epoch,
    request,
    ...compactSignature(answer.signature),
    y: points.map((point) => coordinates(point)[1]),
    products: products.flatMap((point) => coordinates(point)),
    capsule,
    cfrag,
  };
}

const padded = (bytes: Uint8Array): Uint8Array =>
  concatBytes(uintWord(bytes.length, 256, 'length'), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));

/** abi.encode(evidence): 1,600 bytes, the only encoding that the contract takes. Throws E_NUMBER, E_HEX, E_LENGTH. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const { leaf } = evidence;
  const capsule = padded(checkBytes(evidence.capsule, capsuleBytes, 'capsule'));
  const cfrag = padded(checkBytes(evidence.cfrag, cfragBytes, 'cfrag'));
  const head = 31 * 32;
  return concatBytes(
    uintWord(32, 256, 'place'),
    bytes32Word(evidence.policyId, 'policyId'),
    uintWord(leaf.index, 256, 'leaf.index'),
    addressWord(leaf.node, 'leaf.node'),
    bytes32Word(leaf.fragment, 'leaf.fragment'),
    bytes32Word(leaf.terms, 'leaf.terms'),
    uintWord(evidence.epoch, 32, 'epoch'),
    bytes32Word(evidence.request, 'request'),
    bytes32Word(evidence.r, 'r'),
    bytes32Word(evidence.vs, 'vs'),
    ...evidence.y.map((y, i) => uintWord(y, 256, `y[${i}]`)),
    ...evidence.products.map((coordinate, i) => uintWord(coordinate, 256, `products[${i}]`)),
    uintWord(head, 256, 'place'),
    uintWord(head + capsule.length, 256, 'place'),
    capsule,
    cfrag,
  );
}

/**
 * What `commit` announces: K(abi.encode(K(abi.encode(evidence)), reporter, salt)). Binds the evidence to who will show it; the salt
 * keeps it secret until then. Throws E_HEX.
 */
export function commitHash(evidence: Evidence, reporter: Address, salt: Hex): Hex {
  return keccak(
    fromHex(keccak(encodeEvidence(evidence))),
    addressWord(reporter, 'reporter'),
    bytes32Word(salt, 'salt'),
  );
}
