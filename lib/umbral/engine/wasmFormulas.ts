/**
 * The unrolled field arithmetic and curve formulas of the kernel, written as mathematics and expanded to WebAssembly.
 *
 * Owns: the reduction modulo p = 2^256 - 2^32 - 977, the curve formulas, their expansion, and joining the expansion to the
 * module compiled from lib/umbral/kernel (which imports these functions). The expansion is 70 kB of very regular code: text of
 * 1 kB and this file pack far smaller than any compressor would. scripts/kernel.mjs expands the same way and gates the result.
 * Owns not: which formula is safe where (kernel/group.ts, secret.ts and open.ts say that).
 *
 * ## The representation
 * A field element is nine signed limbs of 29 bits (limb 8 has 24), 32 bits each in memory, 40 bytes with padding. Every step
 * ends in a *balanced* carry: limbs in [-2^28, 2^28), limb 8 in [-2^23, 2^23), limb 2 at most 2^13 wider. Two facts follow, and
 * the code leans on both:
 *  - |value| < 2^255 + 2^232 < p, so zero mod p has ONE form: all limbs zero;
 *  - a column of nine products is below 9 * 2^56, so products of sums fit 64 bits while the *weight* of a step, the sum over
 *    its products of |coefficients of a| * |coefficients of b|, stays below 16 (asserted by scripts/kernel.mjs). Thus
 *    additions, doublings and sums of products cost no carry of their own.
 */

/** Where the scratch elements A to J of the formulas lie, 40 bytes each; kernel/memory.ts says the same. */
const TEMP = 1024;

/**
 * One function a line: name, parameters, steps `out = sum of terms`. A term is a coefficient and one factor (linear) or two
 * (a product); a factor is a name or a sum in brackets; `y~s` is y negated where the mask s is -1. Names: A to J scratch
 * elements; X, Y, Z, W the coordinates at p; others the parameters, as addresses. A step loads everything before it stores.
 *
 * - add, sub, carry, mul, sqr: the field.
 * - dbl: Jacobian doubling for a = 0; the identity (Z = 0) stays, no point has order 2: complete.
 * - maddHead, maddTail: Jacobian + affine in two halves, so that a caller may look at B = H and D = R in between: they are 0
 *   exactly when the points have equal x, equal y.
 * - xadd, xdbl: XYZZ + affine (x = X/ZZ, y = Y/ZZZ; Z and W hold ZZ and ZZZ): one squaring less, for the combs, which hardly
 *   double; incomplete.
 * - cadd, cdbl: complete formulas for y^2 = x^3 + 7 in homogeneous coordinates, Renes, Costello, Batina 2015, algorithms 8
 *   and 9 (b3 = 21), products fused. No exceptional case while the affine point is not the identity.
 * - signedSum, slope, slopeDouble, thirdPoint: affine additions that share one inversion (kernel/group.ts).
 */
const FORMULAS = `mul r a b|r=ab
sqr r a|r=aa
carry r a|r=a
add r a b|r=a+b
sub r a b|r=a-b
dbl p|A=3XX|B=YY|C=XB|Z=2YZ|X=AA-8C|Y=A(4C-X)-8BB
maddHead p x y s|A=ZZ|B=xA-X|C=ZA|D=y~sC-Y
maddTail p|E=BB|F=BE|G=XE|X=DD-F-2G|Y=D(G-X)-YF|Z=ZB
xadd p x y s|A=xZ-X|B=y~sW-Y|C=AA|D=AC|E=XC|X=BB-D-2E|Y=B(E-X)-YD|Z=ZC|W=WD
xdbl p|B=4YY|C=2YB|D=XB|E=3XX|X=EE-2D|Y=E(D-X)-CY|Z=BZ|W=CW
cadd p x y s|A=Xx|B=Yy~s|C=(X+Y)(x+y~s)-A-B|D=y~sZ+Y|E=xZ+X|F=21Z|G=21E|X=C(B-F)-DG|Y=(B+F)(B-F)+3AG|Z=D(B+F)+3CA
cdbl p|A=YY|B=YZ|C=XY|D=ZZ|E=21D|X=2C(A-3E)|Y=A(A+6E)-3EE|Z=8AB
signedSum r y s v q|r=y~s+v~q
slope r y s v q|r=(v~q-y~s)r
slopeDouble r x|A=3xx|r=Ar
thirdPoint r k x y s u l|A=ll-x-u|k=l(x-A)-y~s|r=A`;

/** Coefficient, name, mask. */
export type Term = readonly [number, string, string?];
/** Coefficient and one factor or two, each a sum. */
export type Product = readonly [number, readonly Term[], (readonly Term[])?];
export interface Step {
  readonly out: string;
  readonly terms: readonly Product[];
}
export interface Formula {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly steps: readonly Step[];
}

/** Reads one step. By hand, since regular expressions cost more at a cold start than all the rest. */
function parseStep(text: string): Step {
  let i = 2; // after `out=`
  const size = (): number => {
    const sign = text[i] === '-' ? -1 : 1;
    if (text[i] === '+' || text[i] === '-') i++;
    let value = 0;
    for (; text[i]! >= '0' && text[i]! <= '9'; i++) value = 10 * value + Number(text[i]);
    return sign * (value || 1);
  };
  const term = (coefficient: number): Term => {
    const name = text[i++]!;
    if (text[i] !== '~') return [coefficient, name];
    i += 2;
    return [coefficient, name, text[i - 1]!];
  };
  const factor = (): Term[] => {
    if (text[i] !== '(') return [term(1)];
    const list: Term[] = [];
    for (i++; text[i] !== ')'; ) list.push(term(size()));
    i++;
    return list;
  };
  const terms: Product[] = [];
  while (i < text.length) {
    const coefficient = size();
    const a = factor();
    const next = text[i];
    terms.push(next === undefined || next === '+' || next === '-' ? [coefficient, a] : [coefficient, a, factor()]);
  }
  return { out: text[0]!, terms };
}

/** The formulas as data. */
export const formulas = (): Formula[] =>
  FORMULAS.split('\n').map((line) => {
    const [head, ...steps] = line.split('|');
    const [name, ...parameters] = head!.split(' ');
    return { name: name!, parameters, steps: steps.map(parseStep) };
  });

const LIMBS = 9;
const GET = 0x20;
const SET = 0x21;
const ADD = 0x7c;
const SUB = 0x7d;
const MUL = 0x7e;
const AND = 0x83;
const SHL = 0x86;
const SHR = 0x87;

/** LEB128 of a non-negative or, with `signed`, any integer below 2^31 in size. */
function leb(value: number, signed = false): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if (signed ? (value === 0 && low < 64) || (value === -1 && low > 63) : value === 0) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const constant = (value: number): number[] => [0x42, ...leb(value, true)];
/** Locals stand at the same places in every function, behind room for eight parameters, so that code can be reused. */
const PARAMETERS = 8;
const A0 = 8; // limbs of the first product's factors, nine and nine
const B0 = 26; // of the second's
const [SCALED, DOUBLED] = [44, 53]; // size * a_i and 2 * size * a_i of a square
const HIGH = 62 - 9; // h9 to h17 stand at 62 to 70
const LOW = 71; // r0 to r8
const CARRY = 80;
const I64_LOCALS = CARRY + 1 - PARAMETERS;

/** In place of a right factor. */
const SQUARE = 255;

/** The 17 columns of a * b, or of size * a^2 with its scaled limbs: code that leaves one i64. Written once for each kind. */
function columnsOf(left: number, right: number): readonly Uint8Array[] {
  const key = 256 * left + right;
  const found = knownColumns.get(key);
  if (found) return found;
  const columns = Array.from({ length: 2 * LIMBS - 1 }, (_, c) => {
    const column: number[] = [];
    for (let i = Math.max(0, c - 8); i <= Math.min(8, c); i++) {
      const j = c - i;
      if (right !== SQUARE) column.push(GET, left + i, GET, right + j, MUL);
      else if (i < j) column.push(GET, DOUBLED + i, GET, left + j, MUL);
      else if (i === j) column.push(GET, SCALED + i, GET, left + i, MUL);
      else continue;
      if (column.length > 5) column.push(ADD);
    }
    return Uint8Array.from(column);
  });
  knownColumns.set(key, columns);
  return columns;
}
const knownColumns = /* @__PURE__ */ new Map<number, Uint8Array[]>();

const code = (...parts: number[]): Uint8Array => Uint8Array.from(parts);
const ROUND29 = code(...constant(0x10000000), ADD);
const ROUND24 = code(...constant(0x800000), ADD);
const UNROUND29 = code(...constant(0x10000000), SUB, 0x3e, 2);
const UNROUND24 = code(...constant(0x800000), SUB, 0x3e, 2);
const CARRY_IN = code(GET, CARRY, ...constant(29), SHR);
const KEEP29 = code(SET, CARRY, GET, CARRY, ...constant(0x1fffffff), AND, SET);
const KEEP24 = code(SET, CARRY, GET, CARRY, ...constant(0xffffff), AND, SET);
const FOLD = code(...constant(31264), MUL, ADD);
const FOLD8 = code(...constant(8), SHL, ADD);
const FOLD_TOP = code(...constant(977), MUL, ADD);

/** Code in the making. Written for a cold start: no garbage, since that costs more than the writing. */
class Writer {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 17);
  length = 0;

  /** Up to four bytes; -1 stands for none. */
  put(a: number, b = -1, c = -1, d = -1): void {
    this.bytes[this.length++] = a;
    if (b >= 0) this.bytes[this.length++] = b;
    if (c >= 0) this.bytes[this.length++] = c;
    if (d >= 0) this.bytes[this.length++] = d;
  }

  append(code: Uint8Array): void {
    this.bytes.set(code, this.length);
    this.length += code.length;
  }

  /** Where the sums of a product and of a square stand, once written. */
  readonly known: [number, number][] = [];

  repeat(from: number, to: number): void {
    this.bytes.copyWithin(this.length, from, to);
    this.length += to - from;
  }

  /** LEB128 of an offset, below 2^14. */
  offset(value: number): void {
    if (value < 128) this.bytes[this.length++] = value;
    else {
      this.bytes[this.length++] = (value & 127) | 128;
      this.bytes[this.length++] = value >> 7;
    }
  }
}

/** The columns, carried and folded into LOW. */
function reduce(high: boolean, column: (c: number) => void, out: Writer): void {
  // Columns 9 to 16 become 29-bit limbs h9 to h17, which fold: 2^261 = 2^37 + 31264 (mod p).
  for (let c = 9; high && c < 17; c++) {
    column(c);
    if (c > 9) {
      out.append(CARRY_IN);
      out.put(ADD);
    }
    out.append(KEEP29);
    out.put(HIGH + c);
  }
  if (high) {
    out.append(CARRY_IN);
    out.put(SET, HIGH + 17);
  }
  for (let c = 0; c < LIMBS; c++) {
    column(c);
    if (high) {
      out.put(GET, HIGH + c + 9);
      out.append(FOLD);
    }
    if (high && c) {
      out.put(GET, HIGH + c + 8);
      out.append(FOLD8);
    }
    out.append(c < 8 ? ROUND29 : ROUND24);
    // The carry comes last: engines keep this order, and the chain through all limbs is what a step waits for.
    if (c) {
      out.append(CARRY_IN);
      out.put(ADD);
    }
    out.append(c < 8 ? KEEP29 : KEEP24);
    out.put(LOW + c);
  }
  // What lies above 2^256 folds once more: 2^256 = 2^32 + 977, 2^261 = 32 * 2^256.
  const top = A0;
  out.put(GET, CARRY, 0x42, 24);
  out.put(SHR);
  if (high) {
    out.put(GET, HIGH + 17, 0x42, 13);
    out.put(SHL, ADD);
  }
  out.put(SET, top, GET, LOW);
  out.put(GET, top);
  out.append(FOLD_TOP);
  out.append(KEEP29);
  out.put(LOW, GET, LOW + 1, GET);
  out.put(top, 0x42, 3, SHL);
  out.put(ADD);
  out.append(CARRY_IN);
  out.put(ADD);
  out.append(KEEP29);
  out.put(LOW + 1, GET, LOW + 2);
  out.append(CARRY_IN);
  out.put(ADD, SET, LOW + 2);
}

/** Writes the body of a function (locals and code, without its size). */
function expand({ parameters, steps }: Formula, out: Writer): void {
  out.put(2, PARAMETERS - parameters.length, 0x7f, I64_LOCALS);
  out.put(0x7e);
  /** How to push the base address of the element named last (instruction, operand), and what to add to its offsets. */
  let push = 0;
  let operand = 0;
  let at = 0;
  const locate = (name: string): void => {
    const letter = name.charCodeAt(0);
    push = GET;
    at = 0;
    if (letter >= 97) operand = parameters.indexOf(name);
    else if (letter >= 87) {
      operand = 0; // W, X, Y, Z: at p, the first parameter
      at = letter === 87 ? 120 : 40 * (letter - 88);
    } else {
      push = 0x41;
      operand = 0;
      at = TEMP + 40 * (letter - 65);
    }
  };
  /** Pushes limb i of the element located last. */
  const limb = (i: number, size: number, mask: string | undefined): void => {
    out.put(push, operand, mask ? 0x28 : 0x34, 2);
    out.offset(at + 4 * i);
    if (mask) {
      const index = parameters.indexOf(mask);
      out.put(GET, index, 0x73);
      out.put(GET, index, 0x6b, 0xac);
    }
    if (size === 1) return;
    const shift = 31 - Math.clz32(size);
    if (size === 1 << shift) out.put(0x42, shift, SHL);
    else out.put(0x42, size, MUL);
  };
  const load = (into: number, list: readonly Term[], times: number): void => {
    if (list.length === 1) {
      const [size, name, mask] = list[0]!;
      locate(name);
      for (let i = 0; i < LIMBS; i++) {
        limb(i, times * size, mask);
        out.put(SET, into + i);
      }
      return;
    }
    for (let i = 0; i < LIMBS; i++) {
      for (let k = 0; k < list.length; k++) {
        const term = list[k]!;
        locate(term[1]);
        limb(i, times * Math.abs(term[0]), term[2]);
        if (k > 0) out.put(term[0] < 0 ? SUB : ADD);
      }
      out.put(SET, into + i);
    }
  };

  for (const { out: target, terms } of steps) {
    const products: { readonly negative: boolean; readonly columns: readonly Uint8Array[] }[] = [];
    const linear: Product[] = [];
    for (const term of terms) {
      const [coefficient, a, b] = term;
      if (!b) {
        linear.push(term);
        continue;
      }
      const size = Math.abs(coefficient);
      const left = products.length === 0 ? A0 : B0;
      const square = a.length === 1 && b.length === 1 && a[0]![1] === b[0]![1] && !a[0]![2];
      load(left, a, square ? 1 : size);
      if (!square) load(left + LIMBS, b, 1);
      else
        for (let i = 0; i < LIMBS; i++) {
          // Cross terms stand once, with 2 * size * a_i.
          out.put(GET, left + i, 0x42, size);
          out.put(MUL, SET, SCALED + i, GET);
          out.put(left + i, 0x42, 2 * size, MUL);
          out.put(SET, DOUBLED + i);
        }
      products.push({ negative: coefficient < 0, columns: columnsOf(left, square ? SQUARE : left + LIMBS) });
    }
    const high = products.length > 0;
    const column = (c: number): void => {
      for (let k = 0; k < products.length; k++) {
        out.append(products[k]!.columns[c]!);
        if (k > 0) out.put(products[k]!.negative ? SUB : ADD);
      }
      for (let k = 0; k < linear.length && c < LIMBS; k++) {
        const [coefficient, [term]] = linear[k]!;
        locate(term![1]);
        limb(c, Math.abs(coefficient), term![2]);
        if (k > 0 || high) out.put(coefficient < 0 ? SUB : ADD);
      }
    };
    // A product or square alone is summed and carried by the same code each time: copied, since this is what a start waits for.
    const kind =
      products.length === 1 && linear.length === 0 ? (products[0]!.columns === columnsOf(A0, SQUARE) ? 1 : 0) : -1;
    const known = out.known[kind];
    if (known) out.repeat(known[0], known[1]);
    else {
      const start = out.length;
      reduce(high, column, out);
      if (kind >= 0) out.known[kind] = [start, out.length];
    }
    locate(target);
    for (let i = 0; i < LIMBS; i++) {
      out.put(push, operand, GET, LOW + i);
      out.append(i < 8 ? UNROUND29 : UNROUND24);
      out.offset(at + 4 * i);
    }
  }
  out.put(0x0b);
}

/**
 * Turns the function imports of `module` into functions of its own: import i is the function with index i, so prepending
 * types and bodies in the order of the imports renumbers nothing. The imports are named after the formulas.
 */
export function join(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bodies = new Map(formulas().map((formula) => [formula.name, formula]));
  const writer = new Writer();
  const types: number[] = [];
  const parts: ArrayLike<number>[] = [module.subarray(0, 8)];
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < module.length) {
    const start = at;
    const id = module[at++]!;
    const size = number();
    const end = at + size;
    if (id === 2) {
      for (let left = number(); left > 0; left--) {
        const skip = number(); // the module's name
        at += skip;
        const length = number();
        const name = String.fromCharCode(...module.subarray(at, at + length));
        at += length + 1; // and the kind: function
        types.push(number());
        // Bodies are below 2^21 bytes: a size of three bytes, filled in afterwards.
        const from = writer.length;
        writer.length += 3;
        expand(bodies.get(name)!, writer);
        const bytes = writer.length - from - 3;
        writer.bytes.set([(bytes & 127) | 128, ((bytes >> 7) & 127) | 128, bytes >> 14], from);
      }
    } else if (id === 3 || id === 10) {
      const own = number();
      const before = id === 3 ? types : writer.bytes.subarray(0, writer.length);
      const count = leb(own + types.length);
      const rest = module.subarray(at, end);
      parts.push([id, ...leb(count.length + before.length + rest.length)], count, before, rest);
    } else parts.push(module.subarray(start, end));
    at = end;
  }
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
