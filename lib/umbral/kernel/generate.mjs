/**
 * Writes the unrolled field arithmetic of the kernel: `formulas.ts`, a virtual AssemblyScript file that scripts/kernel.mjs
 * hands to the compiler and never stores.
 *
 * Owns: the reduction modulo p = 2^256 - 2^32 - 977 and the curve formulas built on it. Owns not: which formula is safe
 * where (group.ts, secret.ts, open.ts say that).
 *
 * ## The representation
 * A field element is nine signed limbs of 29 bits (limb 8 has 24), 32 bits each in memory, 40 bytes with padding. Every
 * formula ends in a *balanced* carry: limbs in [-2^28, 2^28), limb 8 in [-2^23, 2^23), limb 2 at most 2^13 wider. Two facts
 * follow, and the code leans on both:
 *  - |value| < 2^255 + 2^232 < p, so zero mod p has ONE form: all limbs zero;
 *  - a column of nine products is below 9 * 2^56, so products of sums fit 64 bits while the *weight* of a step,
 *    sum over its products of |coefficients of a| * |coefficients of b|, stays below 16. {@link weigh} asserts it here, at
 *    generation time. Thus additions, doublings and sums of products cost no carry of their own.
 */

const LIMBS = 9;
const offset = (ref, i) => ref.at + 4 * i;

/** `{ base, at }`: a pointer expression and a constant byte offset. */
export const ref = (base, at = 0) => ({ base, at });
/** A linear combination of field elements. `masked` names an i32 that is 0 or -1: the element is negated when it is -1. */
const combine = (terms, i) =>
  terms
    .map(([coefficient, r, masked]) => {
      const loaded = `load<i32>(${r.base}, ${offset(r, i)})`;
      const limb = masked ? `<i64>((${loaded} ^ ${masked}) - ${masked})` : `<i64>${loaded}`;
      const size = Math.abs(coefficient);
      const shift = Math.log2(size);
      const scaled = size === 1 ? limb : Number.isInteger(shift) ? `(${limb} << ${shift})` : `(${limb} * ${size})`;
      return `${coefficient < 0 ? '-' : '+'} ${scaled}`;
    })
    .join(' ')
    .replace(/^\+ /, '')
    .replace(/^- /, '0 - ');

const magnitude = (terms) => terms.reduce((sum, [coefficient]) => sum + Math.abs(coefficient), 0);

function weigh(products, linear, name) {
  const weight = products.reduce((sum, p) => sum + Math.abs(p.times ?? 1) * magnitude(p.a) * magnitude(p.b ?? p.a), 0);
  if (weight > 15) throw new Error(`${name}: weight ${weight} would overflow a column`);
  if (magnitude(linear) > 64) throw new Error(`${name}: linear part too large`);
}

/**
 * One step: out = sum of times * a * b (b absent: square) + linear combination, reduced once.
 * All loads come before the first store, so out may alias an operand.
 */
function step(name, out, products, linear = []) {
  weigh(products, linear, name);
  const lines = [];
  const columns = Array.from({ length: 2 * LIMBS - 1 }, () => []);
  products.forEach((p, k) => {
    const [a, b] = [`a${k}_`, `b${k}_`];
    const times = p.times ?? 1;
    for (let i = 0; i < LIMBS; i++) lines.push(`const ${a}${i}: i64 = ${combine(p.a, i)};`);
    if (p.b) {
      if (times !== 1 && times !== -1) throw new Error(`${name}: scale an operand, not the product`);
      for (let i = 0; i < LIMBS; i++) lines.push(`const ${b}${i}: i64 = ${combine(p.b, i)};`);
      for (let i = 0; i < LIMBS; i++)
        for (let j = 0; j < LIMBS; j++) columns[i + j].push(`${times < 0 ? '-' : '+'} ${a}${i} * ${b}${j}`);
    } else {
      const size = Math.abs(times);
      const sign = times < 0 ? '-' : '+';
      for (let i = 0; i < LIMBS; i++) {
        if (size !== 1) lines.push(`const s${k}_${i}: i64 = ${a}${i} * ${size};`);
        if (i < LIMBS - 1) lines.push(`const d${k}_${i}: i64 = ${a}${i} * ${2 * size};`);
      }
      for (let i = 0; i < LIMBS; i++) {
        columns[2 * i].push(`${sign} ${size === 1 ? a : `s${k}_`}${i} * ${a}${i}`);
        for (let j = i + 1; j < LIMBS; j++) columns[i + j].push(`${sign} d${k}_${i} * ${a}${j}`);
      }
    }
  });
  for (let i = 0; i < LIMBS; i++) if (linear.length > 0) columns[i].push(`+ ${combine(linear, i)}`);
  const sum = (terms) => terms.join(' ').replace(/^\+ /, '').replace(/^- /, '0 - ');
  const high = products.length > 0;
  if (high) {
    // Columns 9..16 become 29-bit limbs h9..h17, which fold: 2^261 = 2^37 + 31264 (mod p).
    lines.push(`let t: i64 = ${sum(columns[9])};`, 'const h9: i64 = t & M29;');
    for (let i = 10; i <= 16; i++) lines.push(`t = (t >> 29) + (${sum(columns[i])});`, `const h${i}: i64 = t & M29;`);
    lines.push('const h17: i64 = t >> 29;');
  } else lines.push('let t: i64 = 0;');
  for (let i = 0; i < LIMBS; i++) {
    const parts = [`(${sum(columns[i])})`];
    if (i > 0) parts.push('(t >> 29)');
    if (high) parts.push(`h${i + 9} * 31264`);
    if (high && i > 0) parts.push(`(h${i + 8} << 8)`);
    parts.push(i === 8 ? 'HALF24' : 'HALF29');
    lines.push(`t = ${parts.join(' + ')};`);
    lines.push(i === 8 ? 'const r8: i64 = t & M24;' : `const r${i}: i64 = t & M29;`);
  }
  // What lies above 2^256 folds once more: 2^256 = 2^32 + 977, 2^261 = 32 * 2^256.
  lines.push(`const top: i64 = (t >> 24)${high ? ' + (h17 << 13)' : ''};`);
  lines.push('t = r0 + top * 977;', `store<i32>(${out.base}, <i32>(t & M29) - <i32>HALF29, ${offset(out, 0)});`);
  lines.push(
    't = r1 + (t >> 29) + (top << 3);',
    `store<i32>(${out.base}, <i32>(t & M29) - <i32>HALF29, ${offset(out, 1)});`,
  );
  lines.push(`store<i32>(${out.base}, <i32>(r2 + (t >> 29)) - <i32>HALF29, ${offset(out, 2)});`);
  for (let i = 3; i < 8; i++) lines.push(`store<i32>(${out.base}, <i32>r${i} - <i32>HALF29, ${offset(out, i)});`);
  lines.push(`store<i32>(${out.base}, <i32>r8 - <i32>HALF24, ${offset(out, 8)});`);
  return `  { // ${name}\n    ${lines.join('\n    ')}\n  }`;
}

const one = (r) => [[1, r]];
const product = (a, b, times) => ({ a, b, ...(times === undefined ? {} : { times }) });
const square = (a, times) => ({ a, ...(times === undefined ? {} : { times }) });

function define(comment, name, parameters, steps) {
  return `/** ${comment} */\nexport function ${name}(${parameters}): void {\n${steps.join('\n')}\n}\n`;
}

export function formulas() {
  const [r, a, b, p, qx, qy] = ['r', 'a', 'b', 'p', 'qx', 'qy'].map((base) => ref(base));
  const [X, Y, Z, W] = [0, 40, 80, 120].map((at) => ref('p', at));
  const T = Array.from({ length: 10 }, (_, i) => ref('TEMP', 40 * i));
  const out = [
    "import { TEMP } from './memory';",
    'const M29: i64 = 0x1fffffff;\nconst M24: i64 = 0xffffff;\nconst HALF29: i64 = 0x10000000;\nconst HALF24: i64 = 0x800000;\n',
  ];

  out.push(define('r = a * b', 'mul', 'r: usize, a: usize, b: usize', [step('ab', r, [product(one(a), one(b))])]));
  out.push(define('r = a^2', 'sqr', 'r: usize, a: usize', [step('aa', r, [square(one(a))])]));
  out.push(
    define('r = a^(2^n), n >= 1', 'sqrTimes', 'r: usize, a: usize, n: i32', [
      step('aa', r, [square(one(a))]),
      '  while (--n > 0) {',
      step('rr', r, [square(one(r))]),
      '  }',
    ]),
  );
  out.push(define('r = a, balanced; limbs of a below 2^31', 'carry', 'r: usize, a: usize', [step('a', r, [], one(a))]));
  out.push(
    define('r = a - b', 'sub', 'r: usize, a: usize, b: usize', [
      step(
        'a-b',
        r,
        [],
        [
          [1, a],
          [-1, b],
        ],
      ),
    ]),
    define('r = a + b', 'add', 'r: usize, a: usize, b: usize', [
      step(
        'a+b',
        r,
        [],
        [
          [1, a],
          [1, b],
        ],
      ),
    ]),
  );

  // Jacobian doubling, a = 0. The identity (Z = 0) stays; no point of order 2 exists, so it is complete.
  const [E, B, Q] = T;
  out.push(
    define('p = 2p, Jacobian, complete', 'dbl', 'p: usize', [
      step('E = 3XX', E, [square(one(X), 3)]),
      step('B = YY', B, [square(one(Y))]),
      step('Q = XB', Q, [product(one(X), one(B))]),
      step('Z = 2YZ', Z, [product([[2, Y]], one(Z))]),
      step('X = EE - 8Q', X, [square(one(E))], [[-8, Q]]),
      step('Y = E(4Q - X) - 8BB', Y, [
        product(one(E), [
          [4, Q],
          [-1, X],
        ]),
        square(one(B), -8),
      ]),
    ]),
  );

  // Jacobian + affine in two halves, so that a caller may look at H and R in between (they are 0 exactly when the points
  // have equal x, equal y). s = -1 subtracts instead.
  const [ZZ, H, ZZZ, R, HH, HHH, V] = T;
  out.push(
    define('H = x*Z^2 - X and R = y*Z^3 - Y into TEMP', 'maddHead', 'p: usize, qx: usize, qy: usize, s: i32', [
      step('ZZ', ZZ, [square(one(Z))]),
      step('H', H, [product(one(qx), one(ZZ))], [[-1, X]]),
      step('ZZZ', ZZZ, [product(one(Z), one(ZZ))]),
      step('R', R, [product([[1, qy, 's']], one(ZZZ))], [[-1, Y]]),
    ]),
    define('p = p + q by H and R', 'maddTail', 'p: usize', [
      step('HH', HH, [square(one(H))]),
      step('HHH', HHH, [product(one(H), one(HH))]),
      step('V = X HH', V, [product(one(X), one(HH))]),
      step(
        'X = RR - HHH - 2V',
        X,
        [square(one(R))],
        [
          [-1, HHH],
          [-2, V],
        ],
      ),
      step('Y = R(V - X) - Y HHH', Y, [
        product(one(R), [
          [1, V],
          [-1, X],
        ]),
        product(one(Y), one(HHH), -1),
      ]),
      step('Z = Z H', Z, [product(one(Z), one(H))]),
    ]),
  );

  // XYZZ + affine (x = X/ZZ, y = Y/ZZZ): one squaring less, for the combs, which never double.
  {
    const [h, rr, pp, ppp, q] = T;
    out.push(
      define('p = p + q in X, Y, ZZ, ZZZ, incomplete', 'xadd', 'p: usize, qx: usize, qy: usize, s: i32', [
        step('P', h, [product(one(qx), one(Z))], [[-1, X]]),
        step('R', rr, [product([[1, qy, 's']], one(W))], [[-1, Y]]),
        step('PP', pp, [square(one(h))]),
        step('PPP', ppp, [product(one(h), one(pp))]),
        step('Q = X PP', q, [product(one(X), one(pp))]),
        step(
          'X = RR - PPP - 2Q',
          X,
          [square(one(rr))],
          [
            [-1, ppp],
            [-2, q],
          ],
        ),
        step('Y = R(Q - X) - Y PPP', Y, [
          product(one(rr), [
            [1, q],
            [-1, X],
          ]),
          product(one(Y), one(ppp), -1),
        ]),
        step('ZZ', Z, [product(one(Z), one(pp))]),
        step('ZZZ', W, [product(one(W), one(ppp))]),
      ]),
    );
  }

  // Complete formulas for y^2 = x^3 + 7 in homogeneous coordinates: Renes, Costello, Batina 2015, algorithms 8 and 9
  // (b3 = 21), with the products fused. No exceptional case when q is not the identity.
  {
    const [t0, t1, t3, t4, ty, z21, ty21] = T;
    out.push(
      define('p = p + q, projective + affine, complete', 'cadd', 'p: usize, qx: usize, qy: usize, s: i32', [
        step('t0 = X x', t0, [product(one(X), one(qx))]),
        step('t1 = Y y', t1, [product(one(Y), [[1, qy, 's']])]),
        step(
          't3 = X y + Y x',
          t3,
          [
            product(
              [
                [1, X],
                [1, Y],
              ],
              [
                [1, qx],
                [1, qy, 's'],
              ],
            ),
          ],
          [
            [-1, t0],
            [-1, t1],
          ],
        ),
        step('t4 = y Z + Y', t4, [product([[1, qy, 's']], one(Z))], one(Y)),
        step('ty = x Z + X', ty, [product(one(qx), one(Z))], one(X)),
        step('z21 = 21 Z', z21, [], [[21, Z]]),
        step('ty21 = 21 ty', ty21, [], [[21, ty]]),
        step('X', X, [
          product(one(t3), [
            [1, t1],
            [-1, z21],
          ]),
          product(one(t4), one(ty21), -1),
        ]),
        step('Y', Y, [
          product(
            [
              [1, t1],
              [1, z21],
            ],
            [
              [1, t1],
              [-1, z21],
            ],
          ),
          product([[3, t0]], one(ty21)),
        ]),
        step('Z', Z, [
          product(one(t4), [
            [1, t1],
            [1, z21],
          ]),
          product(one(t3), [[3, t0]]),
        ]),
      ]),
      define('p = 2p, projective, complete', 'cdbl', 'p: usize', [
        step('t0 = YY', t0, [square(one(Y))]),
        step('t1 = YZ', t1, [product(one(Y), one(Z))]),
        step('t3 = XY', t3, [product(one(X), one(Y))]),
        step('t4 = ZZ', t4, [square(one(Z))]),
        step('ty = 21 ZZ', ty, [], [[21, t4]]),
        step('X = 2XY(YY - 3ty)', X, [
          product(
            [[2, t3]],
            [
              [1, t0],
              [-3, ty],
            ],
          ),
        ]),
        step('Y = YY(YY + 6ty) - 3ty^2', Y, [
          product(one(t0), [
            [1, t0],
            [6, ty],
          ]),
          square(one(ty), -3),
        ]),
        step('Z = 8 YY YZ', Z, [product([[8, t0]], one(t1))]),
      ]),
    );
  }

  // Affine additions that share one inversion (group.ts). Signs sa, sb are masks.
  {
    const [ax, ay, bx, by, slope] = ['ax', 'ay', 'bx', 'by', 'slope'].map((base) => ref(base));
    const [t] = T;
    out.push(
      define('r = a + b, signed by masks', 'signedSum', 'r: usize, ay: usize, sa: i32, by: usize, sb: i32', [
        step(
          'a + b',
          r,
          [],
          [
            [1, ay, 'sa'],
            [1, by, 'sb'],
          ],
        ),
      ]),
      define('r = (b - a) r', 'slopeOfSum', 'r: usize, ay: usize, sa: i32, by: usize, sb: i32', [
        step('slope', r, [
          product(
            [
              [1, by, 'sb'],
              [-1, ay, 'sa'],
            ],
            one(r),
          ),
        ]),
      ]),
      define('r = 3 x^2 r', 'slopeOfDouble', 'r: usize, ax: usize', [
        step('3xx', t, [square(one(ax), 3)]),
        step('slope', r, [product(one(t), one(r))]),
      ]),
      define(
        'the point on the line',
        'thirdPoint',
        'r: usize, ax: usize, ay: usize, sa: i32, bx: usize, slope: usize',
        [
          step(
            'x',
            t,
            [square(one(slope))],
            [
              [-1, ax],
              [-1, bx],
            ],
          ),
          step(
            'y',
            ref('r', 40),
            [
              product(one(slope), [
                [1, ax],
                [-1, t],
              ]),
            ],
            [[-1, ay, 'sa']],
          ),
          step('copy', r, [], one(t)),
        ],
      ),
    );
  }
  const beta = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een;
  const point = (x, y) => `memory.data<i32>([${limbs(x)}, 0, ${limbs(y)}, 0])`;
  out.push(
    '/** The generators, affine. Source: spec section 1. */',
    `export const G: usize = ${point(
      0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
      0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
    )};`,
    `export const U: usize = ${point(
      0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cdn,
      0x7ea50b219da86a70e8489413e4b9388afb63ac6f26e5ec2cfdd983b83f0e84e7n,
    )};`,
  );
  out.push(
    '/** A cube root of unity: lambda (x, y) = (beta x, y). */',
    `export const BETA: usize = memory.data<i32>([${limbs(beta)}, 0]);`,
  );
  return out.join('\n');
}

/** Balanced limbs of a constant. */
function limbs(value) {
  const list = [];
  for (let i = 0; i < 8; i++) {
    let limb = value & 0x1fffffffn;
    if (limb >= 0x10000000n) limb -= 0x20000000n;
    list.push(limb);
    value = (value - limb) >> 29n;
  }
  return [...list, value].join(', ');
}

/** Eight rounds of SHA-256 with the variables renamed instead of moved. */
export function rounds() {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const lines = [];
  for (let i = 0; i < 8; i++) {
    const [a, b, c, d, e, f, g, h] = names.map((_, k) => names[(k + 8 - i) % 8]);
    lines.push(
      `${h} += (rotr<u32>(${e}, 6) ^ rotr<u32>(${e}, 11) ^ rotr<u32>(${e}, 25)) + (${g} ^ (${e} & (${f} ^ ${g}))) + load<u32>(k, ${4 * i}) + load<u32>(w, ${4 * i});`,
      `${d} += ${h};`,
      `${h} += (rotr<u32>(${a}, 2) ^ rotr<u32>(${a}, 13) ^ rotr<u32>(${a}, 22)) + ((${a} & ${b}) | (${c} & (${a} | ${b})));`,
    );
  }
  return lines.join('\n    ');
}
