/**
 * Ethereum's form of a signature: 65 bytes r || s || v with v 27 or 28 and low s. Owns: this layout and recovery to an address. Owns
 * not: its compact form (`compactSignature.ts`), what is signed (`typed.ts`). The arithmetic is lib/umbral's. Source: spec/protocol.md section 4.
 */
import { type PublicKey, SecretKey } from '../umbral/keys.ts';
import { RecoverableSignature } from '../umbral/signature.ts';
import { Signer } from '../umbral/signer.ts';
import { addressOfPoint } from './address.ts';
import { concatBytes } from './bytes.ts';
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

/** Internal. */
export const badSignature = (field: string, expected: string, got: string, cause?: unknown): ProtocolError =>
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
    throw badSignature(
      field,
      `${signatureBytes} bytes`,
      signature instanceof Uint8Array ? `${signature.length} bytes` : typeof signature,
    );
  }
  const v = signature[64]!;
  if (v !== 27 && v !== 28) throw badSignature(field, 'v of 27 or 28', `v of ${v}`);
  if (isHighS(signature)) throw badSignature(field, 's of at most (n-1)/2', 'a high s');
  const prehash = fromHex(digest, 32, 'digest');
  try {
    const form = RecoverableSignature.fromBytes(concatBytes(signature.subarray(0, 64), Uint8Array.of(v - 27)));
    return form.recoverFromPrehash(prehash);
  } catch (cause) {
    throw badSignature(field, 'a signature that some key can have made', 'another', cause);
  }
}

/** Internal. */
export function isHighS(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = signature[32 + i]! - halfOrder[i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}
