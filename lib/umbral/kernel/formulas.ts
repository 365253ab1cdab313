/**
 * The field and curve formulas, as imports: engine/wasmFormulas.ts writes their bodies and says what each computes, and
 * scripts/kernel.mjs joins them to this module. Every one is straight-line code: no branch, no address but its arguments.
 */
@external('f', 'mul')
export declare function mul(r: usize, a: usize, b: usize): void;
@external('f', 'sqr')
export declare function sqr(r: usize, a: usize): void;
@external('f', 'carry')
export declare function carry(r: usize, a: usize): void;
@external('f', 'add')
export declare function add(r: usize, a: usize, b: usize): void;
@external('f', 'sub')
export declare function sub(r: usize, a: usize, b: usize): void;
@external('f', 'dbl')
export declare function dbl(p: usize): void;
@external('f', 'maddHead')
export declare function maddHead(p: usize, qx: usize, qy: usize, s: i32): void;
@external('f', 'maddTail')
export declare function maddTail(p: usize): void;
@external('f', 'xadd')
export declare function xadd(p: usize, qx: usize, qy: usize, s: i32): void;
@external('f', 'xdbl')
export declare function xdbl(p: usize): void;
@external('f', 'cadd')
export declare function cadd(p: usize, qx: usize, qy: usize, s: i32): void;
@external('f', 'cdbl')
export declare function cdbl(p: usize): void;
@external('f', 'signedSum')
export declare function signedSum(r: usize, ay: usize, sa: i32, by: usize, sb: i32): void;
@external('f', 'slope')
export declare function slope(r: usize, ay: usize, sa: i32, by: usize, sb: i32): void;
@external('f', 'slopeDouble')
export declare function slopeDouble(r: usize, ax: usize): void;
@external('f', 'thirdPoint')
export declare function thirdPoint(rx: usize, ry: usize, ax: usize, ay: usize, sa: i32, bx: usize, slope: usize): void;

/** A cube root of unity: lambda * (x, y) = (beta * x, y). Nine limbs and padding, as every element. */
export const BETA: usize = memory.data<i32>([
  -241892882, 164323652, -43883152, 9628198, 55482831, 63919642, -62801519, 91008897, 8055146, 0,
]);
/** The generators, affine. Source: spec section 1. */
export const G: usize = memory.data<i32>([
  -151513192, 261360345, -209045930, -134629796, -256872406, -246749372, 246503042, 266288023, 7978598, 0,
  -82783048, 37651584, 22349415, 258511181, -259354671, -33683703, -241863020, 249877625, 4733658, 0,
]);
export const U: usize = memory.data<i32>([
  -118721587, 169814766, -152686580, 114311670, -258471552, -59351131, 66114219, -98599868, 496529, 0,
  -15825689, 248257986, -109376705, 123264590, -209145930, 168424029, 163815714, 70497549, 8299787, 0,
]);
