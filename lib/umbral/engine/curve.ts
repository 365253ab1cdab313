/**
 * secp256k1 in BigInt, as little of it as the engine without WebAssembly needs.
 *
 * Owns: numbers mod p and mod n, points, their complete addition, sums of products. Owns not: bytes (`bigint.ts`).
 * One way for all: points are homogeneous (x = X/Z, y = Y/Z; the identity has Z = 0) and every addition is complete, so that no
 * input, secret or hostile, takes another path. Coordinates lie in (-p, p); only {@link affine} makes them canonical.
 * Source: Renes, Costello, Batina 2015, algorithms 7 and 9 for y^2 = x^3 + 7; spec/umbral.md section 1.
 */

/** p, the size of the field. */
export const P = 2n ** 256n - 2n ** 32n - 977n;
/** n, the order of the group. */
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

export type Point = readonly [x: bigint, y: bigint, z: bigint];

export const IDENTITY: Point = [0n, 1n, 0n];
export const G: Point = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  1n,
];
export const U: Point = [
  0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cdn,
  0x7ea50b219da86a70e8489413e4b9388afb63ac6f26e5ec2cfdd983b83f0e84e7n,
  1n,
];

/** The remainder in [0, modulus). */
export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** base^exponent; the exponents are constants of the curve, and decide alone which steps are taken. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** 1/values[i], with one inversion for all; 0 stays 0. By Fermat: Euclid's algorithm would tell of a secret by its time. */
export function invert(values: readonly bigint[], modulus: bigint): bigint[] {
  let product = 1n;
  const before = values.map((value) => {
    const upToHere = product;
    if (value !== 0n) product = (product * value) % modulus;
    return upToHere;
  });
  let inverse = power(product, modulus - 2n, modulus);
  const inverses = values.map(() => 0n);
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i]!;
    if (value === 0n) continue;
    inverses[i] = mod(inverse * before[i]!, modulus);
    inverse = (inverse * value) % modulus;
  }
  return inverses;
}

/** The point with this x and an even or odd y, or `undefined` off the curve. x < p. */
export function lift(x: bigint, odd: boolean): Point | undefined {
  const square = (x ** 3n + 7n) % P;
  const y = power(square, (P + 1n) / 4n, P);
  if ((y * y) % P !== square) return undefined;
  return [x, ((y & 1n) === 1n) === odd ? y : P - y, 1n];
}

export const isIdentity = ([, , z]: Point): boolean => z === 0n;

export const negate = ([x, y, z]: Point): Point => [x, -y, z];

/** Algorithm 7, with 3b = 21. */
export function add([x1, y1, z1]: Point, [x2, y2, z2]: Point): Point {
  const a = (x1 * x2) % P;
  const b = (y1 * y2) % P;
  const c = (x1 * y2 + x2 * y1) % P;
  const d = (y1 * z2 + y2 * z1) % P;
  const e = (21n * (x1 * z2 + x2 * z1)) % P;
  const f = (21n * z1 * z2) % P;
  return [(c * (b - f) - d * e) % P, ((b + f) * (b - f) + 3n * a * e) % P, (d * (b + f) + 3n * a * c) % P];
}

/** Algorithm 9. */
function double([x, y, z]: Point): Point {
  const a = (y * y) % P;
  const b = (y * z) % P;
  const e = (21n * z * z) % P;
  return [(2n * x * y * (a - 3n * e)) % P, (a * (a + 6n * e) - 3n * e * e) % P, (8n * a * b) % P];
}

/** 0 to 15 times a point. */
type Multiples = readonly Point[];

function multiplesOf(point: Point): Multiples {
  const multiples = [IDENTITY];
  while (multiples.length < 16) multiples.push(add(multiples.at(-1)!, point));
  return multiples;
}

/** Those of G and U, kept: their callers come again. */
const kept = new Map<Point, Multiples>();

/**
 * sum of scalars[i] * points[i] in windows of four bits, doublings shared. The steps depend on the number of `bits` alone, never on
 * a scalar: zeros are added too. Scalars are below 2^bits; bits is a multiple of 4.
 */
export function sumOfProducts(points: readonly Point[], scalars: readonly bigint[], bits = 256): Point {
  const tables = points.map((point) => {
    if (point !== G && point !== U) return multiplesOf(point);
    const multiples = kept.get(point) ?? multiplesOf(point);
    kept.set(point, multiples);
    return multiples;
  });
  const digits = scalars.map((scalar) => scalar.toString(16).padStart(bits / 4, '0'));
  let sum = IDENTITY;
  for (let place = 0; place < bits / 4; place++) {
    if (place > 0) sum = double(double(double(double(sum))));
    for (const [i, table] of tables.entries()) sum = add(sum, table[Number.parseInt(digits[i]![place]!, 16)]!);
  }
  return sum;
}

/** Canonical x and y of all points, with one inversion; the identity as [0, 0]. */
export function affine(points: readonly Point[]): (readonly [x: bigint, y: bigint])[] {
  const inverses = invert(
    points.map(([, , z]) => z),
    P,
  );
  return points.map(([x, y], i) => [mod(x * inverses[i]!, P), mod(y * inverses[i]!, P)]);
}
