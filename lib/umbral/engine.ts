/**
 * The one door to arithmetic. Everything above speaks bytes to an {@link Engine}; nothing above may reach around it.
 *
 * Owns: the contract of an engine, byte by byte. Owns not: which engine is in use (`engine/current.ts`), parsing of objects,
 * hashes, randomness (callers pass it in), error meanings. Source: spec/umbral.md sections 1, 4, 6 to 9 and 14.
 *
 * ## Layouts (all integers big-endian, lists are plain concatenations, n items of k bytes = one array of n*k bytes)
 *
 * | name     | bytes | what                                                                                             |
 * | -------- | ----- | ------------------------------------------------------------------------------------------------ |
 * | encoded  | 33    | SEC1 compressed point, untrusted; only {@link Engine.decompress} takes it                         |
 * | point    | 64    | affine x then y, each < p and on the curve: trusted, since only an engine makes it (decompress or |
 * |          |       | a result). The identity is 64 zero bytes, which is no curve point. Engines accept the identity    |
 * |          |       | wherever they accept a point.                                                                     |
 * | scalar   | 32    | integer < n; callers have checked the range. 0 is allowed and gives the identity.                 |
 * | short    | 16    | integer < 2^128, for weights                                                                      |
 * | digest   | 32    | any 32 bytes                                                                                      |
 * | sig      | 64    | r then s, each in [1, n-1], checked by callers; s may be high (then it is not valid)              |
 * | sig65    | 65    | sig then v in 0..3                                                                                |
 *
 * A point becomes `encoded` without arithmetic (tag 2 + the last bit of y, then x), so there is no "encode" call: every
 * call that returns several points normalises them with ONE field inversion.
 *
 * ## Rules for an engine
 * - Deterministic, synchronous, no callbacks. Inputs are only read; results are fresh arrays that the caller may keep or wipe.
 * - `secret…` calls, `scalars`, `ecdsa.sign` and `open`: no branch, index or address may depend on scalars or on the points
 *   that the comment calls secret, as far as the platform allows (noble: algorithmically, not in BigInt's own timing).
 *   Temporaries that held secrets are wiped before the call returns, where the platform allows.
 * - `public…` calls and all others: everything is public, variable time is right.
 * - Any points at all: equal, opposite, identity, chosen by an attacker. Complete in every case.
 * - Lengths are a contract between our own files: a wrong one is a bug, and an engine throws a plain `RangeError`.
 * - Additive changes only.
 */

/** The generators that have tables: G of the curve, U of spec section 1. */
export type FixedBase = 'G' | 'U';

/**
 * One base with the secret scalars that multiply it. `base`: a fixed one, or points (64n bytes) whose SUM is the base
 * (n = 1 for a plain point; n = 2 for E + V without an inversion of its own). The base is public.
 */
export interface SecretProducts {
  readonly base: FixedBase | Uint8Array;
  /** 32k: k scalars, k results. */
  readonly scalars: Uint8Array;
}

/** sum of scalars[i] * points[i] with secret scalars; points are 64n, scalars 32n. */
export interface SecretSum {
  readonly points: Uint8Array;
  readonly scalars: Uint8Array;
}

/**
 * g*G + u*U + sum scalars[i]*points[i] + sum shortScalars[j]*shortPoints[j], all public; any part may be absent.
 * points 64n with scalars 32n; shortPoints 64m with shortScalars 16m; g and u 32 bytes each.
 */
export interface PublicSum {
  readonly points?: Uint8Array;
  readonly scalars?: Uint8Array;
  readonly shortPoints?: Uint8Array;
  readonly shortScalars?: Uint8Array;
  readonly g?: Uint8Array;
  readonly u?: Uint8Array;
}

/**
 * The proof equations of m fragments of one capsule as one weighted sum (spec sections 7 and 14):
 * z_i*E = E2_i + h_i*E1_i, z_i*V = V2_i + h_i*V1_i, z_i*U = U2_i + h_i*U1_i for all i.
 */
export interface ProofEquations {
  /** E and V of the capsule, 64 each. */
  readonly e: Uint8Array;
  readonly v: Uint8Array;
  /** 64*6*m: for each fragment E1, V1, U1, E2, V2, U2. */
  readonly points: Uint8Array;
  /** 32*m: h_i. */
  readonly challenges: Uint8Array;
  /** 32*m: z_i. */
  readonly responses: Uint8Array;
  /** 16*3*m: fresh random alpha_i, beta_i, gamma_i, drawn after everything above was fixed. */
  readonly weights: Uint8Array;
}

/** What opening needs of curve work (spec section 8, steps 5 to 7). All scalars and E', V' are secret; points are public. */
export interface Opening {
  /** 64*m each: E1_i and V1_i. */
  readonly e1: Uint8Array;
  readonly v1: Uint8Array;
  /** 32*m: Lagrange coefficients. */
  readonly lambdas: Uint8Array;
  /** 32: capsule challenge h. */
  readonly challenge: Uint8Array;
  /** 32: capsule's s times the inverse of d. */
  readonly sOverD: Uint8Array;
  /** 32: the shared secret d. */
  readonly d: Uint8Array;
  /** 64: Alice's delegating key. */
  readonly delegatingKey: Uint8Array;
}

interface OpeningResult {
  /** Whether (s/d)*pkA = h*E' + V' and E' + V' is not the identity, where E' = sum lambda_i*E1_i, V' likewise. */
  readonly valid: boolean;
  /** 64: d*(E' + V'), secret; all zero when not valid. */
  readonly seed: Uint8Array;
}

/** Opening without its check: what is left of step 7 when the fragments were verified before. Secret and public as in Opening. */
export interface Folding {
  readonly e1: Uint8Array;
  readonly v1: Uint8Array;
  readonly lambdas: Uint8Array;
  readonly d: Uint8Array;
}

/** The scheme's hash, where the secrets are. Content is treated as secret, lengths are public. */
export interface Hashes {
  /** SHA-256 of any number of bytes: 32. */
  sha256(message: Uint8Array): Uint8Array;
  /** HKDF-SHA-256 (RFC 5869) without salt; length <= 255 * 32. Source: spec section 2, KDF. */
  hkdf(ikm: Uint8Array, info: Uint8Array, length: number): Uint8Array;
}

/** Arithmetic mod n on lists of scalars, constant-time. Results have the length of the inputs. */
export interface ScalarArithmetic {
  /** a_i + b_i */
  add(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** a_i - b_i */
  sub(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** a_i * b_i; a `b` of exactly one scalar (32 bytes) multiplies every a_i. */
  mul(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** a_i + b_i * c_i: the form of every response in the scheme. */
  mulAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array;
  /** -a_i */
  negate(a: Uint8Array): Uint8Array;
  /** 1/a_i with one inversion for the whole list; 0 stays 0 and does not disturb the others. */
  invert(a: Uint8Array): Uint8Array;
  /** Digests to scalars in [1, n-1]: (int mod (n-1)) + 1. Source: spec section 2. */
  reduce(digests: Uint8Array): Uint8Array;
  /** f(x_i) for f(z) = sum coefficients[k]*z^k: 32t and 32m bytes in, 32m out. */
  evaluate(coefficients: Uint8Array, xs: Uint8Array): Uint8Array;
  /**
   * lambda_i = prod over j != i of x_j / (x_j - x_i), with one inversion. `undefined` when two x are equal (that fact is
   * public). Callers give nonzero x only. Source: spec sections 8 and 14.
   */
  lagrangeAtZero(xs: Uint8Array): Uint8Array | undefined;
}

/** ECDSA on secp256k1 over 32-byte digests taken mod n. Source: spec section 4. */
export interface Ecdsa {
  /**
   * One signature per digest (32m), same secret scalar in [1, n-1]. Nonce: RFC 6979 with HMAC-SHA-256; `entropy` (32m when
   * given) is its additional data, one item per digest. Low s; v's bit 0 is the parity of R's y after s was made low, bit 1
   * says x of R was >= n. Returns sig65 * m.
   */
  sign(secret: Uint8Array, digests: Uint8Array, entropy?: Uint8Array): Uint8Array;
  /**
   * One answer (1 valid, 0 not) per signature. `keys` is 64 (one key for all: worth a table) or 64m; digests 32m; signatures
   * 64m. High s is not valid. The keys are not the identity.
   */
  verify(keys: Uint8Array, digests: Uint8Array, signatures: Uint8Array): Uint8Array;
  /** Ordinary public key recovery: 64-byte point, or `undefined` if there is none. Does not mind high s. */
  recover(digest: Uint8Array, signature65: Uint8Array): Uint8Array | undefined;
}

export interface Engine {
  /** 'noble' or 'wasm'; what `engine()` reports. */
  readonly name: string;

  /**
   * Strict SEC1 decompression of 33n bytes: tag 2 or 3, x < p, x on the curve; nothing else. `points` is 64n; `bad` is the
   * index of the first encoding refused, or -1. When bad >= 0 the content of `points` is unspecified.
   */
  decompress(encoded: Uint8Array): { readonly points: Uint8Array; readonly bad: number };

  /** a_i + b_i for lists of points (64n each). Public. */
  addPoints(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** -a_i. Public. */
  negatePoints(a: Uint8Array): Uint8Array;

  /** All products of all groups, in order, 64 bytes each; one inversion for the call. Scalars and results are secret. */
  secretProducts(groups: readonly SecretProducts[]): Uint8Array;
  /** One point per sum, 64 bytes each; one inversion for the call. Scalars and results are secret, points public. */
  secretSums(sums: readonly SecretSum[]): Uint8Array;

  /** One point per sum, 64 bytes each; one inversion for the call. */
  publicSums(sums: readonly PublicSum[]): Uint8Array;
  /** Whether the sum is the identity. Needs no inversion. */
  publicSumIsZero(sum: PublicSum): boolean;

  /** Whether the weighted sum of the equations vanishes. Source: spec section 14, merging. */
  proofsHold(equations: ProofEquations): boolean;
  /** E' and V' by constant-time sums, the check of step 6, and the key seed's point. */
  open(opening: Opening): OpeningResult;

  /** 64: sum of (d*lambda_i)*(E1_i + V1_i) = d*(E' + V'), secret. Source: spec section 14, folding. */
  fold(folding: Folding): Uint8Array;

  readonly scalars: ScalarArithmetic;
  readonly ecdsa: Ecdsa;
  readonly hashes: Hashes;
}
