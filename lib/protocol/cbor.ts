/**
 * The one CBOR of this protocol: RFC 8949 core deterministic, and of that only unsigned integers, byte strings, text, null
 * and arrays of definite length. No maps, tags, floats, booleans, undefined, negative numbers or indefinite lengths.
 *
 * Owns: encode, and a decoder that accepts exactly what encode can produce. Owns not: what the values mean (`fields.ts`),
 * size limits of objects (callers check those first). Source: spec/protocol.md section 8.
 *
 * Decoding has three steps: a scan that allocates nothing and refuses everything outside the subset by name, cborg, and a
 * second encoding that must equal the input. The scan makes the errors good and the bounds hard; the last step is the proof.
 */
import { decode, encode } from 'cborg';
import { equalBytes, fromUtf8 } from './bytes.ts';
import { refuse } from './errors.ts';

/** What a body may hold. Integers above 2^53-1 are refused: nothing in this protocol counts that far. */
export type CborValue = null | number | string | Uint8Array | readonly CborValue[];

/** Arrays inside arrays: a manifest needs 4. */
const maxDepth = 8;

/** True if the text has an encoding that comes back as it was: no lone surrogate, no byte order mark in front. */
function isPlainText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text) && !text.startsWith('\ufeff');
}

/** The one encoding of a value. Throws E_CANONICAL, E_NUMBER, E_UTF8 or E_DEPTH for what has none. */
export function encodeCbor(value: CborValue, field = 'body'): Uint8Array<ArrayBuffer> {
  check(value, field, 0);
  return Uint8Array.from(encode(value));
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
  const end = scan(bytes, field);
  if (end !== bytes.length) refuse('E_LENGTH', field, `${end} bytes`, `${bytes.length} bytes`);
  return build(bytes, field);
}

/** Decode the value at the front; `rest` is what follows it. Errors as for {@link decodeCbor}. */
export function decodeCborFirst(bytes: Uint8Array, field = 'body'): { value: CborValue; rest: Uint8Array } {
  const end = scan(bytes, field);
  return { value: build(bytes.subarray(0, end), field), rest: bytes.subarray(end) };
}

function build(bytes: Uint8Array, field: string): CborValue {
  let value: CborValue;
  let again: Uint8Array;
  try {
    value = decode(bytes, { strict: true, allowIndefinite: false, allowUndefined: false, allowBigInt: false });
    again = encode(value);
  } catch {
    // The scan leaves nothing to throw for; a dependency's exception must not pass in any case.
    return refuse('E_CANONICAL', field, 'canonical CBOR', 'something else');
  }
  if (!equalBytes(again, bytes))
    refuse('E_CANONICAL', field, 'the one deterministic encoding', 'another of the same value');
  return value;
}

/** Where the first value ends. Walks heads only; `open` holds how many items each enclosing array still awaits. */
function scan(bytes: Uint8Array, field: string): number {
  const open: number[] = [];
  let at = 0;
  do {
    if (at >= bytes.length) refuse('E_LENGTH', field, 'more bytes', `an end at ${at}`);
    const initial = bytes[at] as number;
    const major = initial >> 5;
    if (initial !== 0xf6 && major !== 0 && major !== 2 && major !== 3 && major !== 4) {
      refuse(
        'E_CANONICAL',
        field,
        'bytes, text, unsigned integer, null or array',
        `initial byte 0x${hexByte(initial)} at ${at}`,
      );
    }
    if (initial === 0xf6) {
      at += 1;
    } else {
      const [argument, next] = head(bytes, at, field);
      const left = bytes.length - next;
      at = next;
      if (major === 2 || major === 3) {
        if (argument > left) refuse('E_LENGTH', field, `${argument} bytes at ${next}`, `${left} bytes`);
        if (major === 3) checkUtf8(bytes.subarray(next, next + argument), field);
        at += argument;
      } else if (major === 4) {
        if (argument > left) refuse('E_COUNT', field, `at most ${left} items at ${next}`, `${argument}`);
        if (open.length >= maxDepth) refuse('E_DEPTH', field, `at most ${maxDepth} levels`, 'more');
        open.push(argument + 1);
      }
    }
    // One item is complete (an array counts itself: it was opened with one more than its length).
    while (open.length > 0) {
      const awaited = (open.pop() as number) - 1;
      if (awaited > 0) {
        open.push(awaited);
        break;
      }
    }
  } while (open.length > 0);
  return at;
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

function checkUtf8(bytes: Uint8Array, field: string): void {
  if (!isPlainText(fromUtf8(bytes, field))) refuse('E_UTF8', field, 'text without a byte order mark', 'one in front');
}

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
