/**
 * secp256k1 as a schoolbook writes it: affine, BigInt, one inversion per addition. Slow and obviously right: the oracle that
 * engines are compared with, independent of noble. Points are 64-byte x || y, the identity 64 zero bytes, as engines speak.
 */
const P = 2n ** 256n - 2n ** 32n - 977n;
export const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const U_HEX =
  '079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cd7ea50b219da86a70e8489413e4b9388afb63ac6f26e5ec2cfdd983b83f0e84e7';
const G_HEX =
  '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';

export const toBytes = (value: bigint, length = 32): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn));
export const toNumber = (value: Uint8Array): bigint => value.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
export const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const fromHex = (value: string) => toBytes(BigInt(`0x${value}`), 64);

export const G = fromHex(G_HEX);
export const U = fromHex(U_HEX);
export const IDENTITY = new Uint8Array(64);

export const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

function power(base: bigint, exponent: bigint, by: bigint): bigint {
  let result = 1n;
  for (let b = mod(base, by), e = exponent; e > 0n; e >>= 1n, b = (b * b) % by) if (e & 1n) result = (result * b) % by;
  return result;
}
/** By Euclid's algorithm; 0 for 0. */
export function inverse(value: bigint, by: bigint): bigint {
  let [a, b, x, y] = [mod(value, by), by, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b % a, a, y - quotient * x, x];
  }
  return a === 0n ? 0n : mod(x, by);
}

type Affine = { x: bigint; y: bigint } | undefined;
const decode = (point: Uint8Array): Affine => {
  const [x, y] = [toNumber(point.subarray(0, 32)), toNumber(point.subarray(32))];
  return x === 0n && y === 0n ? undefined : { x, y };
};
const encode = (point: Affine): Uint8Array => (point ? join(toBytes(point.x), toBytes(point.y)) : IDENTITY.slice());

function addAffine(a: Affine, b: Affine): Affine {
  if (!a || !b) return a ?? b;
  if (a.x === b.x && mod(a.y + b.y, P) === 0n) return undefined;
  const slope = a.x === b.x ? 3n * a.x * a.x * inverse(2n * a.y, P) : (b.y - a.y) * inverse(mod(b.x - a.x, P), P);
  const x = mod(slope * slope - a.x - b.x, P);
  return { x, y: mod(slope * (a.x - x) - a.y, P) };
}

export const add = (a: Uint8Array, b: Uint8Array): Uint8Array => encode(addAffine(decode(a), decode(b)));
export const negate = (a: Uint8Array): Uint8Array => {
  const point = decode(a);
  return encode(point && { x: point.x, y: P - point.y });
};
export function multiply(point: Uint8Array, k: bigint): Uint8Array {
  let result: Affine;
  for (let base = decode(point), e = k; e > 0n; e >>= 1n, base = addAffine(base, base)) {
    if (e & 1n) result = addAffine(result, base);
  }
  return encode(result);
}
export const sum = (points: readonly Uint8Array[]): Uint8Array => points.reduce(add, IDENTITY);

/** The y of an x, even one if `odd` is false; undefined off the curve. */
export function lift(x: bigint, odd: boolean): Uint8Array | undefined {
  if (x >= P) return undefined;
  const square = mod(x ** 3n + 7n, P);
  const y = power(square, (P + 1n) / 4n, P);
  if ((y * y) % P !== square) return undefined;
  return join(toBytes(x), toBytes((y & 1n) === (odd ? 1n : 0n) ? y : P - y));
}
export const FIELD = P;
