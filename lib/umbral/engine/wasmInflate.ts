/**
 * Raw DEFLATE (RFC 1951), decoding only: what turns the embedded text back into the kernel's module, synchronously, on every
 * platform. Owns not: checksums or hostile input; the data is ours, and a damaged module fails to compile.
 */

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code: how many codes of each length, and the symbols in order. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function build(lengths: ArrayLike<number>): Code {
  const counts = new Uint16Array(16);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]!]!++;
  counts[0] = 0;
  const offsets = new Uint16Array(17);
  for (let i = 0; i < 16; i++) offsets[i + 1] = offsets[i]! + counts[i]!;
  const symbols = new Uint16Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) if (lengths[i]) symbols[offsets[lengths[i]!]!++] = i;
  return { counts, symbols };
}

/** Inflates `input` into exactly `size` bytes. Source: RFC 1951 section 3.2. */
export function inflate(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let at = 0;
  let position = 0;
  let buffer = 0;
  let held = 0;
  const bits = (count: number): number => {
    while (held < count) {
      buffer |= input[position++]! << held;
      held += 8;
    }
    const value = buffer & ((1 << count) - 1);
    buffer >>>= count;
    held -= count;
    return value;
  };
  const symbol = ({ counts, symbols }: Code): number => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      if (held === 0) {
        buffer = input[position++]!;
        held = 8;
      }
      code |= buffer & 1;
      buffer >>>= 1;
      held--;
      const count = counts[length]!;
      if (code - count < first) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new RangeError('inflate: no such code');
  };
  for (let last = 0; !last; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      held = 0;
      buffer = 0;
      const length = input[position]! | (input[position + 1]! << 8);
      out.set(input.subarray(position + 4, position + 4 + length), at);
      position += 4 + length;
      at += length;
      continue;
    }
    let literals: Code;
    let distances: Code;
    if (kind === 1) {
      const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
      literals = build(lengths);
      distances = build(new Uint8Array(30).fill(5));
    } else {
      const literalCount = bits(5) + 257;
      const distanceCount = bits(5) + 1;
      const lengths = new Uint8Array(literalCount + distanceCount);
      const order = new Uint8Array(19);
      for (let i = bits(4) + 4, k = 0; k < i; k++) order[ORDER[k]!] = bits(3);
      const code = build(order);
      for (let i = 0; i < lengths.length; ) {
        const next = symbol(code);
        if (next < 16) lengths[i++] = next;
        else {
          const value = next === 16 ? lengths[i - 1]! : 0;
          const repeat = next === 16 ? 3 + bits(2) : next === 17 ? 3 + bits(3) : 11 + bits(7);
          lengths.fill(value, i, i + repeat);
          i += repeat;
        }
      }
      literals = build(lengths.subarray(0, literalCount));
      distances = build(lengths.subarray(literalCount));
    }
    for (;;) {
      const next = symbol(literals);
      if (next < 256) out[at++] = next;
      else if (next === 256) break;
      else {
        const length = LENGTH_BASE[next - 257]! + bits(LENGTH_EXTRA[next - 257]!);
        const code = symbol(distances);
        const extra = code < 2 ? 0 : (code >> 1) - 1;
        const distance = code < 4 ? code + 1 : ((2 + (code & 1)) << extra) + 1 + bits(extra);
        for (let i = 0; i < length; i++, at++) out[at] = out[at - distance]!;
      }
    }
  }
  if (at !== size) throw new RangeError(`inflate: ${at} bytes, expected ${size}`);
  return out;
}
