/**
 * Strict DER of one ECDSA signature: SEQUENCE of two INTEGERs, shortest lengths, no leading zeros but the sign's, nothing
 * after. Owns: that codec only. Source: spec/umbral.md section 4; X.690 sections 8.3 and 10.1.
 */
import { concat } from './bytes.ts';
import { UmbralError } from './errors.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** r || s (64 bytes) to DER. */
export function derSignature(rs: Uint8Array): Uint8Array {
  const body = concat(derInteger(rs.subarray(0, 32)), derInteger(rs.subarray(32, 64)));
  return concat(Uint8Array.of(SEQUENCE, body.length), body);
}

function derInteger(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const digits = value.subarray(start);
  const signed = digits[0]! & 0x80 ? concat(Uint8Array.of(0), digits) : digits;
  return concat(Uint8Array.of(INTEGER, signed.length), signed);
}

/** DER to r || s (64 bytes). Throws `parse`; ranges are checked by the caller. */
export function parseDerSignature(der: Uint8Array): Uint8Array {
  const refuse = (got: string) => new UmbralError('parse', { field: 'DER signature', expected: 'strict DER', got });
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) throw refuse('another outer header or length');
  const out = new Uint8Array(64);
  let offset = 2;
  for (const end of [32, 64]) {
    const length = der[offset + 1] ?? 0;
    const content = der.subarray(offset + 2, offset + 2 + length);
    if (der[offset] !== INTEGER || length === 0 || content.length !== length) throw refuse('a malformed integer');
    if (content[0]! & 0x80) throw refuse('a negative integer');
    if (content[0] === 0 && length > 1 && !(content[1]! & 0x80)) throw refuse('an integer with needless zeros');
    const digits = content[0] === 0 && length > 1 ? content.subarray(1) : content;
    if (digits.length > 32) throw refuse('an integer of more than 32 bytes');
    out.set(digits, end - digits.length);
    offset += 2 + length;
  }
  if (offset !== der.length) throw refuse('bytes after the signature');
  return out;
}
