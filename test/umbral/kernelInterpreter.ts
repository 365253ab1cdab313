/**
 * A WebAssembly interpreter that carries a second bit beside every value: does it depend on a secret? It notes whenever such
 * a value decides a branch, a select, or an address: what constant-time code must not do. Slow (a million instructions a
 * second) and only as complete as the kernel needs; an unknown instruction throws.
 *
 * In the manner of ctgrind (Langley 2010), which marks secrets as uninitialised memory and lets valgrind complain.
 */

export interface Leak {
  readonly kind: 'branch' | 'select' | 'load' | 'store' | 'copy';
  /** Index of the function in the module. */
  readonly where: number;
}

type V128 = Uint8Array;
type Value = number | bigint | V128;
/** Opcode, two immediates, and for control the index of its end and else. */
interface Op {
  readonly code: number;
  readonly a: number;
  readonly b: number;
  readonly big: bigint;
  end: number;
  otherwise: number;
}
interface Fn {
  readonly parameters: number;
  readonly results: number;
  readonly locals: readonly Value[];
  readonly ops: readonly Op[];
}

const SIMD = 0xfd00;
const BULK = 0xfc00;
const I64 = (x: bigint): bigint => BigInt.asIntN(64, x);

export class Interpreter {
  readonly memory: Uint8Array;
  readonly secret: Uint8Array;
  readonly exports: Record<string, (...args: number[]) => number> = {};
  readonly leaks: Leak[] = [];
  readonly #functions: Fn[] = [];
  readonly #globals: Value[] = [];
  readonly #globalSecret: boolean[] = [];

  constructor(module: Uint8Array, memoryBytes: number) {
    this.memory = new Uint8Array(memoryBytes);
    this.secret = new Uint8Array(memoryBytes);
    this.#parse(module);
  }

  #parse(bytes: Uint8Array): void {
    let at = 8;
    const unsigned = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++]!;
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    };
    const signed = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++]!;
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return byte & 64 ? value - (1n << (shift + 7n)) : value;
      }
    };
    const zero = (type: number): Value => (type === 0x7e ? 0n : type === 0x7b ? new Uint8Array(16) : 0);
    const types: { readonly parameters: number; readonly results: number; readonly kinds: number[] }[] = [];
    const declared: number[] = [];
    const constant = (): Value => {
      const code = bytes[at++]!;
      const value = signed();
      at++; // end
      return code === 0x42 ? value : Number(value);
    };
    const ops = (end: number): Op[] => {
      const list: Op[] = [];
      const open: number[] = [];
      while (at < end) {
        let code = bytes[at++]!;
        let [a, b, big] = [0, 0, 0n];
        if (code === 0xfd || code === 0xfc) code = (code << 8) | unsigned();
        if (code === 2 || code === 3 || code === 4) a = bytes[at++]! === 0x40 ? 0 : 1;
        else if ([0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24].includes(code)) a = unsigned();
        else if ((code >= 0x28 && code <= 0x3e) || code === SIMD || code === SIMD + 11)
          [a, b] = [unsigned(), unsigned()];
        else if (code === 0x41) a = Number(signed());
        else if (code === 0x42) big = signed();
        else if (code === BULK + 10) at += 2;
        else if (code === BULK + 11) at += 1;
        else if (code === SIMD + 12)
          at += 16; // all zero in the kernel
        else if (code === 0x0e || code === 0x11 || code === 0x40) throw new Error(`instruction ${code.toString(16)}`);
        const index = list.push({ code, a, b, big, end: 0, otherwise: 0 }) - 1;
        if (code === 2 || code === 3 || code === 4) open.push(index);
        else if (code === 5) list[open.at(-1)!]!.otherwise = index;
        else if (code === 0x0b && open.length > 0) list[open.pop()!]!.end = index;
      }
      for (const op of list) if (op.otherwise) list[op.otherwise]!.end = op.end;
      return list;
    };
    while (at < bytes.length) {
      const id = bytes[at++]!;
      const size = unsigned();
      const end = at + size;
      if (id === 1)
        for (let left = unsigned(); left > 0; left--) {
          at++;
          const kinds = Array.from({ length: unsigned() }, () => bytes[at++]!);
          const results = unsigned();
          at += results;
          types.push({ parameters: kinds.length, results, kinds });
        }
      else if (id === 3) for (let left = unsigned(); left > 0; left--) declared.push(unsigned());
      else if (id === 6)
        for (let left = unsigned(); left > 0; left--) {
          at += 2;
          this.#globalSecret.push(false);
          this.#globals.push(constant());
        }
      else if (id === 7)
        for (let left = unsigned(); left > 0; left--) {
          const length = unsigned();
          const name = String.fromCharCode(...bytes.subarray(at, at + length));
          at += length;
          const kind = bytes[at++]!;
          const index = unsigned();
          if (kind === 0) this.exports[name] = (...args) => this.#enter(index, args);
        }
      else if (id === 10) {
        const count = unsigned();
        for (let i = 0; i < count; i++) {
          const bodyEnd = unsigned() + at;
          const type = types[declared[i]!]!;
          const locals: Value[] = type.kinds.map(zero);
          for (let groups = unsigned(); groups > 0; groups--) {
            const n = unsigned();
            const kind = bytes[at++]!;
            for (let k = 0; k < n; k++) locals.push(zero(kind));
          }
          this.#functions.push({ parameters: type.parameters, results: type.results, locals, ops: ops(bodyEnd) });
        }
      } else if (id === 11)
        for (let left = unsigned(); left > 0; left--) {
          at++;
          const to = Number(constant());
          const length = unsigned();
          this.memory.set(bytes.subarray(at, at + length), to);
          at += length;
        }
      at = end;
    }
  }

  #enter(index: number, args: readonly number[]): number {
    const stack: Value[] = [...args];
    const marks: boolean[] = args.map(() => false);
    this.#run(index, stack, marks);
    return Number(stack[0] ?? 0);
  }

  #run(index: number, stack: Value[], marks: boolean[]): void {
    const { parameters, results, locals: initial, ops } = this.#functions[index]!;
    const locals = initial.slice();
    const localMarks = locals.map(() => false);
    for (let i = parameters - 1; i >= 0; i--) {
      locals[i] = stack.pop()!;
      localMarks[i] = marks.pop()!;
    }
    const floor = stack.length;
    /** Where a branch to each open label continues, how high the stack then is, and how many values it keeps. */
    const labels: { readonly to: number; readonly height: number; readonly keep: number; readonly loop: boolean }[] =
      [];
    const { memory, secret } = this;
    const view = new DataView(memory.buffer);
    const note = (kind: Leak['kind']): void => void this.leaks.push({ kind, where: index });
    let pc = 0;
    const branch = (depth: number): boolean => {
      if (depth === labels.length) return true;
      const label = labels[labels.length - 1 - depth]!;
      const kept = label.keep ? stack.slice(-label.keep) : [];
      const keptMarks = label.keep ? marks.slice(-label.keep) : [];
      stack.length = marks.length = label.height;
      stack.push(...kept);
      marks.push(...keptMarks);
      labels.length -= depth + (label.loop ? 0 : 1);
      pc = label.to;
      return false;
    };
    const push = (value: Value, mark: boolean): void => {
      stack.push(value);
      marks.push(mark);
    };
    const address = (offset: number, kind: Leak['kind']): number => {
      const base = stack.pop() as number;
      if (marks.pop()) note(kind);
      return (base >>> 0) + offset;
    };
    const marked = (at: number, size: number): boolean => {
      for (let i = 0; i < size; i++) if (secret[at + i]) return true;
      return false;
    };
    for (; ; pc++) {
      const op = ops[pc];
      if (op === undefined) break;
      const { code, a, b } = op;
      if (code >= 0x28 && code <= 0x35) {
        const at = address(b, 'load');
        switch (code) {
          case 0x28:
            push(view.getInt32(at, true), marked(at, 4));
            break;
          case 0x29:
            push(view.getBigInt64(at, true), marked(at, 8));
            break;
          case 0x2c:
            push(view.getInt8(at), marked(at, 1));
            break;
          case 0x2d:
            push(memory[at]!, marked(at, 1));
            break;
          case 0x2f:
            push(view.getUint16(at, true), marked(at, 2));
            break;
          case 0x31:
            push(BigInt(memory[at]!), marked(at, 1));
            break;
          case 0x34:
            push(BigInt(view.getInt32(at, true)), marked(at, 4));
            break;
          case 0x35:
            push(BigInt(view.getUint32(at, true)), marked(at, 4));
            break;
          default:
            throw new Error(`load ${code.toString(16)}`);
        }
        continue;
      }
      if (code >= 0x36 && code <= 0x3e) {
        const value = stack.pop()!;
        const mark = marks.pop() ? 1 : 0;
        const at = address(b, 'store');
        const size = code === 0x36 || code === 0x3e ? 4 : code === 0x37 ? 8 : code === 0x3a ? 1 : code === 0x3b ? 2 : 0;
        if (size === 8) view.setBigInt64(at, value as bigint, true);
        else if (size === 4) view.setInt32(at, Number(BigInt.asIntN(32, BigInt(value as number | bigint))), true);
        else if (size === 2) view.setInt16(at, value as number, true);
        else if (size === 1) memory[at] = value as number;
        else throw new Error(`store ${code.toString(16)}`);
        secret.fill(mark, at, at + size);
        continue;
      }
      if (code >= 0x45 && code <= 0xc4) {
        stack.push(this.#arithmetic(code, stack, marks));
        continue;
      }
      switch (code) {
        case 0x01:
          break;
        case 0x02:
          labels.push({ to: op.end, height: stack.length, keep: a, loop: false });
          break;
        case 0x03:
          labels.push({ to: pc, height: stack.length, keep: 0, loop: true });
          break;
        case 0x04: {
          const condition = stack.pop();
          if (marks.pop()) note('branch');
          labels.push({ to: op.end, height: stack.length, keep: a, loop: false });
          if (!condition) {
            if (op.otherwise) pc = op.otherwise;
            else {
              labels.pop();
              pc = op.end;
            }
          }
          break;
        }
        case 0x05: // the end of a taken first arm
          labels.pop();
          pc = op.end;
          break;
        case 0x0b:
          labels.pop();
          break;
        case 0x0c:
          if (branch(a)) pc = ops.length;
          break;
        case 0x0d: {
          const condition = stack.pop();
          if (marks.pop()) note('branch');
          if (condition && branch(a)) pc = ops.length;
          break;
        }
        case 0x0f:
          pc = ops.length;
          break;
        case 0x10:
          this.#run(a, stack, marks);
          break;
        case 0x1a:
          stack.pop();
          marks.pop();
          break;
        case 0x1b: {
          const condition = stack.pop();
          if (marks.pop()) note('select');
          const [second, secondMark] = [stack.pop()!, marks.pop()!];
          if (!condition) {
            stack[stack.length - 1] = second;
            marks[marks.length - 1] = secondMark;
          }
          break;
        }
        case 0x20:
          push(locals[a]!, localMarks[a]!);
          break;
        case 0x21:
          locals[a] = stack.pop()!;
          localMarks[a] = marks.pop()!;
          break;
        case 0x22:
          locals[a] = stack.at(-1)!;
          localMarks[a] = marks.at(-1)!;
          break;
        case 0x23:
          push(this.#globals[a]!, this.#globalSecret[a]!);
          break;
        case 0x24:
          this.#globals[a] = stack.pop()!;
          this.#globalSecret[a] = marks.pop()!;
          break;
        case 0x41:
          push(a, false);
          break;
        case 0x42:
          push(op.big, false);
          break;
        case BULK + 10: {
          const size = address(0, 'copy');
          const from = address(0, 'copy');
          const to = address(0, 'copy');
          memory.copyWithin(to, from, from + size);
          secret.copyWithin(to, from, from + size);
          break;
        }
        case BULK + 11: {
          const size = address(0, 'copy');
          const value = stack.pop() as number;
          const mark = marks.pop() ? 1 : 0;
          const to = address(0, 'copy');
          memory.fill(value, to, to + size);
          secret.fill(mark, to, to + size);
          break;
        }
        case SIMD: {
          const at = address(b, 'load');
          push(memory.slice(at, at + 16), marked(at, 16));
          break;
        }
        case SIMD + 11: {
          const value = stack.pop() as V128;
          const mark = marks.pop() ? 1 : 0;
          const at = address(b, 'store');
          memory.set(value, at);
          secret.fill(mark, at, at + 16);
          break;
        }
        case SIMD + 12:
          push(new Uint8Array(16), false);
          break;
        case SIMD + 17:
          stack.push(new Uint8Array(Int32Array.of(...Array<number>(4).fill(stack.pop() as number)).buffer));
          break;
        case SIMD + 18:
          stack.push(new Uint8Array(BigInt64Array.of(...Array<bigint>(2).fill(stack.pop() as bigint)).buffer));
          break;
        case SIMD + 0x37:
        case SIMD + 0x4e:
        case SIMD + 0x50: {
          const y = new Int32Array((stack.pop() as V128).slice().buffer);
          const x = new Int32Array((stack.pop() as V128).slice().buffer);
          const mark = marks.pop()! || marks.pop()!;
          if (marks.length > stack.length) marks.pop();
          const result = x.map((word, i) =>
            code === SIMD + 0x37 ? (word === y[i] ? -1 : 0) : code === SIMD + 0x4e ? word & y[i]! : word | y[i]!,
          );
          push(new Uint8Array(result.buffer), mark);
          break;
        }
        default:
          throw new Error(`instruction ${code.toString(16)} in function ${index}`);
      }
    }
    const kept = results ? stack.slice(-results) : [];
    const keptMarks = results ? marks.slice(-results) : [];
    stack.length = marks.length = floor;
    stack.push(...kept);
    marks.push(...keptMarks);
  }

  /** Numeric instructions: the result depends on a secret when an operand does. */
  #arithmetic(code: number, stack: Value[], marks: boolean[]): Value {
    const y = stack.pop()!;
    const one = (value: Value): Value => value;
    const flag = (value: boolean): Value => (value ? 1 : 0);
    switch (code) {
      case 0x45:
        return flag(y === 0);
      case 0x50:
        return flag(y === 0n);
      case 0x68:
        return one(y === 0 ? 32 : 31 - Math.clz32((y as number) & -(y as number)));
      case 0xa7:
        return one(Number(BigInt.asIntN(32, y as bigint)));
      case 0xac:
        return one(BigInt(y as number));
      case 0xad:
        return one(BigInt((y as number) >>> 0));
      case 0xc0:
        return one(((y as number) << 24) >> 24);
      case 0xc1:
        return one(((y as number) << 16) >> 16);
      case 0xc2:
        return one(BigInt.asIntN(8, y as bigint));
      case 0xc3:
        return one(BigInt.asIntN(16, y as bigint));
      case 0xc4:
        return one(BigInt.asIntN(32, y as bigint));
    }
    const x = stack.pop()!;
    const mark = marks.pop()! || marks.at(-1)!;
    marks[marks.length - 1] = mark;
    if (typeof x === 'number') {
      const [p, q] = [x, y as number];
      switch (code) {
        case 0x46:
          return flag(p === q);
        case 0x47:
          return flag(p !== q);
        case 0x48:
          return flag(p < q);
        case 0x49:
          return flag(p >>> 0 < q >>> 0);
        case 0x4a:
          return flag(p > q);
        case 0x4b:
          return flag(p >>> 0 > q >>> 0);
        case 0x4c:
          return flag(p <= q);
        case 0x4d:
          return flag(p >>> 0 <= q >>> 0);
        case 0x4e:
          return flag(p >= q);
        case 0x4f:
          return flag(p >>> 0 >= q >>> 0);
        case 0x6a:
          return one((p + q) | 0);
        case 0x6b:
          return one((p - q) | 0);
        case 0x6c:
          return one(Math.imul(p, q));
        case 0x6d:
          return one((p / q) | 0);
        case 0x6e:
          return one(((p >>> 0) / (q >>> 0)) | 0);
        case 0x70:
          return one(((p >>> 0) % (q >>> 0)) | 0);
        case 0x6f:
          return one((p % q) | 0);
        case 0x71:
          return one(p & q);
        case 0x72:
          return one(p | q);
        case 0x73:
          return one(p ^ q);
        case 0x74:
          return one(p << q);
        case 0x75:
          return one(p >> q);
        case 0x76:
          return one((p >>> q) | 0);
        case 0x77:
          return one((p << q) | (p >>> (32 - (q & 31))) | 0);
        case 0x78:
          return one((p >>> q) | (p << (32 - (q & 31))) | 0);
      }
    } else if (typeof x === 'bigint') {
      const [p, q] = [x, y as bigint];
      const [up, uq] = [BigInt.asUintN(64, p), BigInt.asUintN(64, q)];
      const shift = uq & 63n;
      switch (code) {
        case 0x51:
          return flag(p === q);
        case 0x52:
          return flag(p !== q);
        case 0x53:
          return flag(p < q);
        case 0x54:
          return flag(up < uq);
        case 0x55:
          return flag(p > q);
        case 0x56:
          return flag(up > uq);
        case 0x57:
          return flag(p <= q);
        case 0x58:
          return flag(up <= uq);
        case 0x59:
          return flag(p >= q);
        case 0x5a:
          return flag(up >= uq);
        case 0x7c:
          return one(I64(p + q));
        case 0x7d:
          return one(I64(p - q));
        case 0x7e:
          return one(I64(p * q));
        case 0x83:
          return one(p & q);
        case 0x84:
          return one(p | q);
        case 0x85:
          return one(p ^ q);
        case 0x86:
          return one(I64(p << shift));
        case 0x87:
          return one(p >> shift);
        case 0x88:
          return one(I64(up >> shift));
        case 0x89:
          return one(I64((up << shift) | (up >> (64n - shift))));
        case 0x8a:
          return one(I64((up >> shift) | (up << (64n - shift))));
      }
    }
    throw new Error(`instruction ${code.toString(16)}`);
  }
}
