/**
 * Hexadecimal text, the form of ids, hashes and addresses inside the protocol and of all bytes in JSON. Identifiers of 32 bytes
 * and addresses are kept as lower-case Hex everywhere, so that they can be compared with === and be keys of maps; longer byte
 * strings (keys, capsules, signatures) are Uint8Array. Source: spec/protocol.md section 7, first paragraph.
 */
import { ProtocolError } from './errors.ts';

/** `0x` and an even number of lower-case hex digits. */
export type Hex = `0x${string}`;
/** `0x` and 40 hex digits; inside the protocol always lower case. */
export type Address = `0x${string}`;

export const zeroAddress: Address = `0x${'00'.repeat(20)}`;
export const zeroHash: Hex = `0x${'00'.repeat(32)}`;

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Above this many bytes, text made at once is quicker than text that grows. */
const manyBytes = 256;
const decoder = new TextDecoder();

/** Lower-case hex with 0x. */
export function toHex(bytes: Uint8Array): Hex {
  if (bytes.length > manyBytes) return `0x${decoder.decode(codesOf(bytes))}`;
  let text = '';
  for (const byte of bytes) text += digits[byte];
  return `0x${text}`;
}

/** Both digits of each byte as ASCII, side by side in memory whatever the machine's order of bytes. */
const codes = new Uint16Array(Uint8Array.from(digits.join(''), (digit) => digit.charCodeAt(0)).buffer);

/** The digits as ASCII. */
function codesOf(bytes: Uint8Array): Uint16Array {
  const result = new Uint16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = codes[bytes[i] as number] as number;
  return result;
}

/** Whether a value is canonical hex: 0x, lower case, and `length` bytes if given. */
export function isHex(value: unknown, length?: number): value is Hex {
  if (typeof value !== 'string') return false;
  if (length !== undefined ? value.length !== 2 + 2 * length : value.length % 2 !== 0) return false;
  return /^0x[0-9a-f]*$/.test(value);
}

/** Throws E_HEX if the value is not canonical hex of `length` bytes (of any even length if undefined). */
export function checkHex(value: unknown, length?: number, field = 'hex'): Hex {
  if (isHex(value, length)) return value;
  throw new ProtocolError('E_HEX', {
    field,
    expected:
      length === undefined ? '0x and pairs of lower-case hex digits' : `0x and ${2 * length} lower-case hex digits`,
    got: typeof value === 'string' ? `${value.length} characters` : typeof value,
  });
}

const nibble = (code: number): number => (code < 58 ? code - 48 : code - 87);

/** Bytes of canonical hex. Throws E_HEX. */
export function fromHex(text: string, length?: number, field = 'hex'): Uint8Array {
  const hex = checkHex(text, length, field);
  const result = new Uint8Array(hex.length / 2 - 1);
  for (let i = 0; i < result.length; i++) {
    result[i] = (nibble(hex.charCodeAt(2 + 2 * i)) << 4) | nibble(hex.charCodeAt(3 + 2 * i));
  }
  return result;
}
