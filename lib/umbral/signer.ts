/**
 * Making signatures. Owns: Signer. Owns not: their encodings (`signature.ts`). Source: spec/umbral.md section 4.
 */
import { copyBytes } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance } from './errors.ts';
import { sha256Of } from './hash.ts';
import { type PublicKey, SecretKey, withSecret } from './keys.ts';
import { RecoverableSignature, type Signature } from './signature.ts';

/** r || s || v for each 32-byte digest, as one list. Internal. */
export let signDigests: (signer: Signer, digests: Uint8Array) => Uint8Array;

/** Signs with one secret key: ECDSA, deterministic nonces (RFC 6979), low s. */
export class Signer {
  readonly #secretKey: SecretKey;

  constructor(secretKey: SecretKey) {
    this.#secretKey = expectInstance(secretKey, SecretKey, 'secretKey');
  }

  get verifyingKey(): PublicKey {
    return this.#secretKey.publicKey;
  }

  /** Signs SHA-256 of `message`. */
  sign(message: Uint8Array): Signature {
    return this.signPrehash(sha256Of(copyBytes(message, 'message'))).toSignature();
  }

  /** Signs a 32-byte digest (EIP-712, for example) so that the key can be recovered. Throws `parse`. */
  signPrehash(prehash: Uint8Array): RecoverableSignature {
    return RecoverableSignature.fromBytes(signDigests(this, copyBytes(prehash, 'prehash', 32)));
  }

  toString(): string {
    return 'Signer:...';
  }

  static {
    signDigests = (signer, digests) =>
      withSecret(signer.#secretKey, (secret) => arithmetic().ecdsa.sign(secret, digests));
  }
}
