export { Capsule } from './capsule.ts';
export { CapsuleFrag, VerifiedCapsuleFrag } from './capsuleFrag.ts';
export { decryptOriginal, type Encrypted, encrypt } from './encrypt.ts';
export { engine } from './engine/current.ts';
export { UmbralError, type UmbralErrorCode, type UmbralErrorDetails } from './errors.ts';
export { type EvidenceInput, ReencryptionEvidence } from './evidence.ts';
export { type Delegation, generateKFrags } from './generateKFrags.ts';
export { KeyFrag, type KeyFragKeys, VerifiedKeyFrag } from './keyFrag.ts';
export { PublicKey, SecretKey } from './keys.ts';
export type { EvidencePoint } from './layout.ts';
export { decryptReencrypted, type Reencrypted } from './open.ts';
export { reencrypt, reencryptMany } from './reencrypt.ts';
export { SecretKeyFactory } from './secretKeyFactory.ts';
export { RecoverableSignature, Signature } from './signature.ts';
export { Signer } from './signer.ts';
export { dem, deriveBytes, generators, hashToScalar, Point, Scalar } from './toolkit.ts';
export {
  type CapsuleFragFault,
  type CapsuleFragKeys,
  type VerifiedCapsuleFrags,
  verifyCapsuleFrags,
} from './verifyCapsuleFrags.ts';
