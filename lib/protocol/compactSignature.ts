/**
 * EIP-2098's form of a signature, r and vs, as evidence and `answer` carry it: what goes on chain is made less often than signatures
 * are. Owns: that layout. Owns not: signatures (`signature.ts`). Source: spec/protocol.md section 4.
 */
import { checkBytes, concatBytes } from './bytes.ts';
import { fromHex, type Hex, toHex } from './hex.ts';
import { badSignature, isHighS, signatureBytes } from './signature.ts';

/** vs is s with the parity of v in its top bit. Shape: 65 bytes, low s. */
export function compactSignature(signature: Uint8Array): { readonly r: Hex; readonly vs: Hex } {
  checkBytes(signature, signatureBytes, 'signature');
  const v = signature[64]!;
  if ((v !== 27 && v !== 28) || isHighS(signature))
    throw badSignature('signature', 'v of 27 or 28 and a low s', `v of ${v}`);
  const vs = signature.slice(32, 64);
  if (v === 28) vs[0]! |= 0x80;
  return { r: toHex(signature.subarray(0, 32)), vs: toHex(vs) };
}

/** Back to 65 bytes. Throws E_HEX. */
export function expandSignature(compact: { r: Hex; vs: Hex }): Uint8Array {
  const s = fromHex(compact.vs, 32, 'vs');
  const v = 27 + (s[0]! >> 7);
  s[0]! &= 0x7f;
  return concatBytes(fromHex(compact.r, 32, 'r'), s, Uint8Array.of(v));
}
