/**
 * The one CBOR of this protocol: RFC 8949 core deterministic, and of that only unsigned integers, byte strings, text, null
 * and arrays of definite length. No maps, tags, floats, booleans, undefined, negative numbers or indefinite lengths.
 *
 * Owns: encode, and a decoder that accepts exactly what encode can produce. Owns not: what the values mean (`fields.ts`),
 * size limits of objects (callers check those first). Source: spec/protocol.md section 8.
 *
 * A value has one encoding: of a number only the shortest head is taken, and every other part of the subset leaves no choice.
 * That `encodeCbor(decodeCbor(bytes))` gives the bytes back is held by a property in the tests.
 */
import { concatBytes, fromUtf8, utf8 } from './bytes.ts';
import { refuse } from './errors.ts';

/** What a body may hold. Integers above 2^53-1 are refused: nothing in this protocol counts that far. */
export type CborValue = null | number | string | Uint8Array | readonly CborValue[];

/** Arrays inside arrays: a manifest needs 4. */
const maxDepth = 8;
const nullByte = 0xf6;

/** True if the text has an encoding that comes back as it was: no lone surrogate, no byte order mark in front. */
function isPlainText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text) && !text.startsWith('\ufeff');
}

/** The one encoding of a value. Throws E_CANONICAL, E_NUMBER, E_UTF8 or E_DEPTH for what has none. */
export function encodeCbor(value: CborValue, field = 'body'): Uint8Array<ArrayBuffer> {
  check(value, field, 0);
  const parts: Uint8Array[] = [];
  write(value, parts);
  return concatBytes(...parts);
}

function write(value: CborValue, parts: Uint8Array[]): void {
  if (value === null) parts.push(Uint8Array.of(nullByte));
  else if (typeof value === 'number') parts.push(headOf(0, value));
  else if (value instanceof Uint8Array) parts.push(headOf(2, value.length), value);
  else if (typeof value === 'string') {
    const bytes = utf8(value);
    parts.push(headOf(3, bytes.length), bytes);
  } else {
    parts.push(headOf(4, value.length));
    for (const item of value) write(item, parts);
  }
}

/** Major type and argument, in the shortest form. Source: RFC 8949 sections 3 and 4.2.1. */
function headOf(major: number, argument: number): Uint8Array {
  const type = major << 5;
  if (argument < 24) return Uint8Array.of(type | argument);
  const width = argument < 2 ** 8 ? 1 : argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = new Uint8Array(1 + width);
  bytes[0] = type | (24 + Math.log2(width));
  for (let i = width, left = argument; i > 0; i--, left = Math.floor(left / 256)) bytes[i] = left % 256;
  return bytes;
}

function check(value: CborValue, field: string, depth: number): void {
  if (value === null || value instanceof Uint8Array) return;
  if (typeof value === 'string') {
    if (!isPlainText(value))
      refuse('E_UTF8', field, 'well-formed text', 'text with a lone surrogate or a byte order mark');
  } else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
      refuse('E_NUMBER', field, 'an integer from 0 to 2^53-1', String(value));
    }
  } else if (Array.isArray(value)) {
    if (depth >= maxDepth) refuse('E_DEPTH', field, `at most ${maxDepth} levels`, 'more');
    for (let i = 0; i < value.length; i++) check(value[i] as CborValue, `${field}[${i}]`, depth + 1);
  } else {
    refuse('E_CANONICAL', field, 'bytes, text, unsigned integer, null or array', typeof value);
  }
}

/**
 * Decode bytes that are one value and nothing else.
 * Throws E_LENGTH (cut, or bytes behind the end), E_CANONICAL (outside the subset, or not the shortest form), E_NUMBER (above
 * 2^53-1), E_COUNT (an array longer than the bytes that are left), E_DEPTH, E_UTF8.
 */
export function decodeCbor(bytes: Uint8Array, field = 'body'): CborValue {
  const { value, end } = read(bytes, 0, field, 0);
  if (end !== bytes.length) refuse('E_LENGTH', field, `${end} bytes`, `${bytes.length} bytes`);
  return value;
}

/** Decode the value at the front; `rest` is what follows it. Errors as for {@link decodeCbor}. */
export function decodeCborFirst(bytes: Uint8Array, field = 'body'): { value: CborValue; rest: Uint8Array } {
  const { value, end } = read(bytes, 0, field, 0);
  return { value, rest: bytes.subarray(end) };
}

/** The value at `at` and where it ends. Nothing is allocated for lengths that the bytes do not have. */
function read(bytes: Uint8Array, at: number, field: string, depth: number): { value: CborValue; end: number } {
  if (at >= bytes.length) refuse('E_LENGTH', field, 'more bytes', `an end at ${at}`);
  const initial = bytes[at] as number;
  if (initial === nullByte) return { value: null, end: at + 1 };
  const major = initial >> 5;
  if (major !== 0 && major !== 2 && major !== 3 && major !== 4) {
    const got = `initial byte 0x${hexByte(initial)} at ${at}`;
    refuse('E_CANONICAL', field, 'bytes, text, unsigned integer, null or array', got);
  }
  const [argument, next] = head(bytes, at, field);
  if (major === 0) return { value: argument, end: next };
  const left = bytes.length - next;
  if (major === 4) {
    if (argument > left) refuse('E_COUNT', field, `at most ${left} items at ${next}`, `${argument}`);
    if (depth >= maxDepth) refuse('E_DEPTH', field, `at most ${maxDepth} levels`, 'more');
    const items: CborValue[] = [];
    let end = next;
    while (items.length < argument) {
      const item = read(bytes, end, field, depth + 1);
      items.push(item.value);
      end = item.end;
    }
    return { value: items, end };
  }
  if (argument > left) refuse('E_LENGTH', field, `${argument} bytes at ${next}`, `${left} bytes`);
  const end = next + argument;
  // Copies: what is decoded does not change with the buffer that it came in.
  if (major === 2) return { value: bytes.slice(next, end), end };
  return { value: plainText(bytes.subarray(next, end), field), end };
}

/** The argument of the head at `at`, in its shortest form, and where the head ends. */
function head(bytes: Uint8Array, at: number, field: string): [number, number] {
  const info = (bytes[at] as number) & 31;
  if (info < 24) return [info, at + 1];
  if (info > 27)
    refuse('E_CANONICAL', field, 'a definite length', `initial byte 0x${hexByte(bytes[at] as number)} at ${at}`);
  const width = 1 << (info - 24);
  const next = at + 1 + width;
  if (next > bytes.length) refuse('E_LENGTH', field, `${width} bytes of a head at ${at}`, `${bytes.length - at - 1}`);
  let argument = 0;
  for (let i = at + 1; i < next; i++) argument = argument * 256 + (bytes[i] as number);
  if (argument > Number.MAX_SAFE_INTEGER) refuse('E_NUMBER', field, 'an integer from 0 to 2^53-1', `more at ${at}`);
  const least = width === 1 ? 24 : 2 ** (4 * width);
  if (argument < least)
    refuse('E_CANONICAL', field, 'the shortest form of a number', `${width + 1} bytes for ${argument} at ${at}`);
  return [argument, next];
}

function plainText(bytes: Uint8Array, field: string): string {
  const text = fromUtf8(bytes, field);
  if (!isPlainText(text)) refuse('E_UTF8', field, 'text without a byte order mark', 'one in front');
  return text;
}

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
