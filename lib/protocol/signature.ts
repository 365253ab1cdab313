/**
 * Ethereum's forms of a signature: 65 bytes r || s || v with v 27 or 28 and low s, and EIP-2098's r, vs. Owns: these layouts and
 * recovery to an address. Owns not: what is signed (typed.ts). The arithmetic is lib/umbral's. Source: spec/protocol.md section 4.
 */
import { type PublicKey, RecoverableSignature, SecretKey, Signer } from '../umbral/index.ts';
import { addressOfPoint } from './address.ts';
import { checkBytes, concatBytes } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { type Address, fromHex, type Hex, toHex } from './hex.ts';

export const signatureBytes = 65;

/** (n-1)/2: an s above it has a twin below it, so that only one of the two is taken. */
const halfOrder = fromHex('0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');

/** addr(P) of a key. */
export function addressOf(key: PublicKey): Address {
  return addressOfPoint(key.toUncompressed());
}

/** Signs a 32-byte digest. Returns 65 bytes, v 27 or 28, low s. Throws E_LENGTH. */
export function signDigest(key: SecretKey | Signer, digest: Hex): Uint8Array {
  const signer = key instanceof SecretKey ? new Signer(key) : key;
  const signature = signer.signPrehash(fromHex(digest, 32, 'digest')).toBytes();
  signature[64]! += 27;
  return signature;
}

const bad = (field: string, expected: string, got: string, cause?: unknown): ProtocolError =>
  new ProtocolError('E_SIGNATURE', { field, expected, got, cause });

/**
 * The address whose key signed the digest. Shape: 65 bytes. Throws E_SIGNATURE for another length, v other than 27 and 28, high s,
 * r or s out of range, or numbers that no key can have made.
 */
export function recoverAddress(digest: Hex, signature: Uint8Array, field = 'signature'): Address {
  const name = signature instanceof Uint8Array ? `${digest}/${toHex(signature)}` : '';
  const known = recovered.get(name);
  if (known !== undefined) return known;
  const address = addressOf(recoverKey(digest, signature, field));
  if (recovered.size >= maxRecovered) recovered.delete(recovered.keys().next().value as string);
  recovered.set(name, address);
  return address;
}

/**
 * Signers found last, by digest and signature, oldest first. The same pair comes again: who may sign is asked when the signer is known,
 * then the message is verified; a node's word about itself is good for seconds; a promise is read with each retrieval.
 */
const recovered = new Map<string, Address>();
const maxRecovered = 256;

/** The same, giving the key. */
export function recoverKey(digest: Hex, signature: Uint8Array, field = 'signature'): PublicKey {
  if (!(signature instanceof Uint8Array) || signature.length !== signatureBytes) {
    throw bad(
      field,
      `${signatureBytes} bytes`,
      signature instanceof Uint8Array ? `${signature.length} bytes` : typeof signature,
    );
  }
  const v = signature[64]!;
  if (v !== 27 && v !== 28) throw bad(field, 'v of 27 or 28', `v of ${v}`);
  if (isHighS(signature)) throw bad(field, 's of at most (n-1)/2', 'a high s');
  const prehash = fromHex(digest, 32, 'digest');
  try {
    const form = RecoverableSignature.fromBytes(concatBytes(signature.subarray(0, 64), Uint8Array.of(v - 27)));
    return form.recoverFromPrehash(prehash);
  } catch (cause) {
    throw bad(field, 'a signature that some key can have made', 'another', cause);
  }
}

function isHighS(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = signature[32 + i]! - halfOrder[i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** EIP-2098, as evidence and `answer` carry it: vs is s with the parity of v in its top bit. Shape: 65 bytes, low s. */
export function compactSignature(signature: Uint8Array): { readonly r: Hex; readonly vs: Hex } {
  checkBytes(signature, signatureBytes, 'signature');
  const v = signature[64]!;
  if ((v !== 27 && v !== 28) || isHighS(signature)) throw bad('signature', 'v of 27 or 28 and a low s', `v of ${v}`);
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
