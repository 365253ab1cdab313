/** Diffie-Hellman on the curve. Owns: that product. Owns not: the keys that are derived from it (lib/protocol). Internal. */
import { compress, wipe } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { type PublicKey, pointOfKey, type SecretKey, withSecret } from './keys.ts';

/** ser(secret * peer), 33 bytes: the point of seals and of notice tags. The caller wipes it. Source: spec/protocol.md section 2. */
export function sharedPoint(secret: SecretKey, peer: PublicKey): Uint8Array {
  const point = withSecret(secret, (scalars) => arithmetic().secretProducts([{ base: pointOfKey(peer), scalars }]));
  try {
    return compress(point);
  } finally {
    wipe(point);
  }
}
