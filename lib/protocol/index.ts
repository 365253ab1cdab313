/** `dintel/protocol`: what lib, node and contracts say to each other. Re-exports only. Source: spec/protocol.md. */

export * from './ack.ts';
export * from './address.ts';

export type {
  AckAnswer,
  AckBody,
  HeadBody,
  InfoAnswer,
  LeafBody,
  PolicyAnswer,
  ReencryptAnswer,
  ReencryptBody,
  ReservationAnswer,
  ReservationBody,
  RevocationAnswer,
  RevocationBody,
} from './bodies.ts';
export { type BondCode, formatBondCode, parseBondCode, verifyBondCode } from './bondCode.ts';

export * from './bytes.ts';
export * from './card.ts';
export * from './cardForms.ts';
export { type CborValue, decodeCbor, encodeCbor } from './cbor.ts';
export * from './challenge.ts';
export {
  type ChainCode,
  type ClientCode,
  type Code,
  type CodeEntry,
  type CommonCode,
  chainCodes,
  clientCodes,
  isWireCode,
  type KeyCode,
  type LibraryCode,
  libraryCodes,
  type SealCode,
  type StepCode,
  sealCodes,
  stepToWire,
  type WireCode,
  type WireEntry,
  wireCodeOf,
  wireCodes,
} from './codes.ts';
export * from './compactSignature.ts';
export * from './conditions.ts';
export * from './constants.ts';
export { describeCode, listCodes } from './describeCode.ts';
export * from './errors.ts';
export { commitHash, type Evidence, encodeEvidence, makeEvidence, type SignedAnswer } from './evidence.ts';
export * from './evidenceVerdict.ts';
export {
  decryptStream,
  headerCapsule,
  type OpenedFile,
  openFile,
  openFileKey,
  readFileHeader,
} from './fileDecrypt.ts';
export {
  type EncryptFileOptions,
  encryptFile,
  encryptToStream,
  type FileBlob,
  type SealedFileKey,
  sealFileKey,
} from './fileEncrypt.ts';
export {
  chunksOf,
  encodeFileIndex,
  type FileHeader,
  type FileMeta,
  type FileSuite,
  fileHeaderLength,
  maxChunks,
  maxFileSize,
  parseFileHeader,
  parseFileIndex,
} from './fileHeader.ts';
export { type ByteRange, type ChunkReader, openRange, readHeaderAt, SeekableFile } from './fileSeek.ts';
export * from './hash.ts';
export * from './hex.ts';
export * from './json.ts';
export { keyCodes } from './keyCodes.ts';
export { Keyring, labelBytes, maxLabelBytes, parseLabel } from './keys.ts';
export * from './leaf.ts';
export * from './limits.ts';
export * from './link.ts';
export {
  encodePayload,
  type FileAuthor,
  isAuthor,
  type Manifest,
  type ManifestFile,
  type ManifestLeaf,
  maxManifestBytes,
  maxManifestFiles,
  maxNoteBytes,
  parseManifest,
  parsePayload,
  type SignedManifest,
  signAuthor,
  signManifest,
} from './manifest.ts';
export {
  manifestIdOf,
  maxRecipients,
  openLabel,
  openManifest,
  type SealedManifest,
  sealLabel,
  sealManifest,
} from './manifestSeal.ts';
export * from './manifestVerify.ts';
export * from './messages.ts';
export * from './nodeInfo.ts';
export { EncryptingRatchet, nodePeerSeed, nodeSeed, operatorKey } from './nodeKeys.ts';
export {
  helloTag,
  maxEnvelopeBytes,
  type Notice,
  type NoticePlace,
  PairwiseTags,
  randomTag,
  sealNotice,
  tagGapLimit,
} from './notice.ts';
export * from './openapi.ts';
export { openNotice } from './openNotice.ts';
export * from './policy.ts';
export * from './problem.ts';
export * from './receipt.ts';
export * from './request.ts';
export * from './reservation.ts';
export * from './revocation.ts';
export * from './routeDocs.ts';
export * from './routes.ts';
export {
  type KfragPlace,
  kfragAad,
  openSeal,
  openSealedKfrag,
  type SealPurpose,
  seal,
  sealedKfragKeyNumber,
  sealKfrag,
  sealOverhead,
} from './seal.ts';
export { shownText } from './shown.ts';
export { addressOf, recoverAddress, recoverKey, signatureBytes, signDigest } from './signature.ts';
export { stepCodes } from './stepCodes.ts';
export type { ByteSource } from './streams.ts';
export * from './tree.ts';
export * from './typed.ts';
export * from './verdicts.ts';
export { fingerprintWords } from './words.ts';
