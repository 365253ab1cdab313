/**
 * Alice's delegation. Owns: generateKFrags. Owns not: the fragment's encoding (`keyFrag.ts`).
 * Source: spec/umbral.md section 6.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { compress, concat, isZero, item, wipe } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, kindOf, UmbralError } from './errors.ts';
import { kfragDigest, sharedSecret, shareIndices } from './hash.ts';
import { buildKeyFrag, type VerifiedKeyFrag, verifiedKeyFragOf } from './keyFrag.ts';
import { bytesOfKey, PublicKey, pointOfKey, SecretKey, withSecret } from './keys.ts';
import { randomScalar, randomScalars } from './numbers.ts';
import { Signer, signDigests } from './signer.ts';

/** More than any policy has; bounds the work that one call can be asked to do. */
const MAX_SHARES = 255;

export interface Delegation {
  readonly delegatingSecretKey: SecretKey;
  readonly receivingKey: PublicKey;
  readonly signer: Signer;
  /** How many of the fragments Bob needs: 1 <= threshold <= shares <= 255. It is stored nowhere: tell Bob. */
  readonly threshold: number;
  readonly shares: number;
  /** Whether the signature that the proxy checks binds Alice's key. Default true. */
  readonly signDelegatingKey?: boolean | undefined;
  /** Whether it binds Bob's key. Default true. */
  readonly signReceivingKey?: boolean | undefined;
}

/** What {@link generateKFragsWith} is given instead of drawing it. Units: 32 bytes each. */
export interface DelegationRandomness {
  readonly x: Uint8Array;
  /** f_1 .. f_{t-1}. */
  readonly coefficients: Uint8Array;
  /** One id per share. */
  readonly ids: readonly Uint8Array[];
}

/**
 * Splits the right to turn Alice's capsules towards Bob into `shares` fragments. Errors: `generate.threshold` for counts
 * that make no sense, `parse` for arguments of a wrong kind.
 * One signature serves proxy and receiver when both keys are signed, since the two messages are then the same bytes.
 */
export function generateKFrags(delegation: Delegation): VerifiedKeyFrag[] {
  checkDelegation(delegation);
  for (;;) {
    const x = randomScalar();
    const coefficients = randomScalars(delegation.threshold - 1);
    const ids = Array.from({ length: delegation.shares }, () => randomBytes(32));
    const kfrags = generateKFragsWith({ x, coefficients, ids }, delegation);
    wipe(x, coefficients);
    if (kfrags) return kfrags;
  }
}

/** Internal, since it takes its randomness. `undefined` if a share is 0 (2^-256), which needs another draw. */
export function generateKFragsWith(
  { x: xScalar, coefficients, ids }: DelegationRandomness,
  { delegatingSecretKey, receivingKey, signer, signDelegatingKey = true, signReceivingKey = true }: Delegation,
): VerifiedKeyFrag[] | undefined {
  const engine = arithmetic();
  const delegatingKeyBytes = bytesOfKey(delegatingSecretKey.publicKey);
  const receivingKeyBytes = bytesOfKey(receivingKey);
  const products = engine.secretProducts([
    { base: 'G', scalars: xScalar },
    { base: pointOfKey(receivingKey), scalars: xScalar },
  ]);
  const x = compress(item(products, 0, 64)); // X = x*G
  const dh = compress(item(products, 1, 64)); // DH = x*pk_B
  const d = sharedSecret(x, receivingKeyBytes, dh);
  const f0 = withSecret(delegatingSecretKey, (a) => engine.scalars.mul(a, engine.scalars.invert(d))); // f_0 = a/d
  const polynomial = concat(f0, coefficients);
  const indices = shareIndices(x, receivingKeyBytes, dh, ids);
  const rks = engine.scalars.evaluate(polynomial, indices); // rk = f(index)
  wipe(products, dh, d, f0, polynomial, indices);
  if (ids.some((_, i) => isZero(item(rks, i, 32)))) return undefined;
  const commitments = engine.secretProducts([{ base: 'U', scalars: rks }]); // U1 = rk*U
  const unsigned = ids.map((id, i) => ({ id, rk: item(rks, i, 32), x, u1: compress(item(commitments, i, 64)) }));

  const digests = unsigned.map((part) => kfragDigest(part, delegatingKeyBytes, receivingKeyBytes));
  const same = signDelegatingKey && signReceivingKey;
  if (!same) {
    const a = signDelegatingKey ? delegatingKeyBytes : undefined;
    const b = signReceivingKey ? receivingKeyBytes : undefined;
    digests.push(...unsigned.map((part) => kfragDigest(part, a, b)));
  }
  const signatures = signDigests(signer, concat(...digests));
  const signature = (i: number) => item(signatures, i, 65).subarray(0, 64);
  const kfrags = unsigned.map((part, i) =>
    verifiedKeyFragOf(
      buildKeyFrag(
        {
          ...part,
          signatureForReceiver: signature(i),
          signatureForProxy: signature(same ? i : i + unsigned.length),
        },
        { delegatingKeySigned: signDelegatingKey, receivingKeySigned: signReceivingKey },
      ),
    ),
  );
  wipe(rks);
  return kfrags;
}

function checkDelegation({ delegatingSecretKey, receivingKey, signer, threshold, shares }: Delegation): void {
  expectInstance(delegatingSecretKey, SecretKey, 'delegatingSecretKey');
  expectInstance(receivingKey, PublicKey, 'receivingKey');
  expectInstance(signer, Signer, 'signer');
  checkCount('shares', shares, 1, MAX_SHARES);
  checkCount('threshold', threshold, 1, shares);
}

function checkCount(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const got = typeof value === 'number' ? String(value) : kindOf(value);
  throw new UmbralError('generate.threshold', { field, expected: `a whole number from ${least} to ${most}`, got });
}
