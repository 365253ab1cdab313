/**
 * The manifest with its treasure map: what Alice tells Bob about one policy. This file is its bytes.
 *
 *   payload = CBOR [ chainId, policyManager, adjudicator, policyId, salt, createdAt, revision, threshold, shares, rate, expiresAt,
 *                    pk_A, pk_B, vk, reader, label, conditions, leaves, files, note ]
 *   "DnMf" 01 || u32be(len) || payload || signature (64)     by vk over "dintel/1/manifest" || S(payload)
 *
 * Owns: the fields, their limits, both directions, the signature's message. Owns not: sealing (`manifestSeal.ts`), what must
 * hold against the chain (`manifestVerify.ts`). Source: spec/protocol.md section 8.3.
 */
import type { PublicKey } from '../umbral/keys.ts';
import type { Signature } from '../umbral/signature.ts';
import type { Signer } from '../umbral/signer.ts';
import { checkBrand } from './brand.ts';
import { checkBytes, concatBytes, u32be } from './bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts';
import { maxShares } from './constants.ts';
import { authorMessage, manifestMessage } from './derive.ts';
import { refuse } from './errors.ts';
import {
  addressIn,
  bytesOf,
  idIn,
  keyIn,
  listOf,
  orNull,
  signatureIn,
  textOf,
  tupleOf,
  uintOf,
  urisOf,
} from './fields.ts';
import { chunksOf, maxFileSize, maxHeaderLength, parseFileHeader } from './fileHeader.ts';
import { type Address, fromHex, type Hex, toHex } from './hex.ts';
import { sealedKfragBytes } from './leaf.ts';
import { maxConditionBytes } from './limits.ts';
import { maxUris } from './link.ts';

/** Bytes of a sealed manifest, and so of everything inside. */
export const maxManifestBytes = 1_048_576;
export const maxManifestFiles = 1_000;
/** Bytes of UTF-8. */
export const maxNoteBytes = 1_024;

const maxTime = 2 ** 40 - 1;
const maxRate = 2n ** 96n - 1n;
const itemCount = 20;

/** One share: which node, its sealed kfrag, its Ack (of the manifest's rate). Units: bytes, seconds, epochs. */
export interface ManifestLeaf {
  readonly node: Address;
  /** 363 bytes. */
  readonly sealedKfrag: Uint8Array;
  readonly fragment: Hex;
  readonly byteBudget: number;
  readonly ackUntil: number;
  readonly ackLastStart: number;
  readonly ackEpoch: number;
  /** 65 bytes. */
  readonly ackSignature: Uint8Array;
}

/** One file. `size`: plaintext bytes; `chunks` follows from it. */
export interface ManifestFile {
  readonly headerId: Hex;
  readonly indexId: Hex;
  readonly headerBytes: Uint8Array;
  readonly size: number;
  readonly chunks: number;
  readonly uris: readonly string[];
  /** Who says that he wrote it; proven only if {@link isAuthor} says so. */
  readonly author: FileAuthor | undefined;
}

/** A key and its signature over "dintel/1/author" || headerId || indexId. */
export interface FileAuthor {
  readonly key: PublicKey;
  readonly signature: Signature;
}

/** Everything that Alice signs. Nothing of it is proven by being parsed. */
export interface Manifest {
  readonly chainId: number;
  readonly policyManager: Address;
  readonly adjudicator: Address;
  readonly policyId: Hex;
  readonly salt: Hex;
  /** Seconds. */
  readonly createdAt: number;
  /** The highest valid revision wins. */
  readonly revision: number;
  readonly threshold: number;
  /** As many as there are leaves. */
  readonly shares: number;
  /** Wei per leaf and epoch, 1 to 2^96-1. */
  readonly rate: bigint;
  /** Seconds. */
  readonly expiresAt: number;
  readonly delegatingKey: PublicKey;
  readonly receivingKey: PublicKey;
  readonly verifyingKey: PublicKey;
  readonly reader: Address;
  /** SEAL(receiving_A, "label", policyId, label), for Alice herself. */
  readonly label: Uint8Array | undefined;
  /** Condition bytes, or undefined for none. */
  readonly conditions: Uint8Array | undefined;
  /** In order of index. */
  readonly leaves: readonly ManifestLeaf[];
  readonly files: readonly ManifestFile[];
  readonly note: string | undefined;
}

/** A manifest with its signature, whose validity is not yet known. */
export interface SignedManifest {
  readonly manifest: Manifest;
  readonly payload: Uint8Array;
  readonly signature: Signature;
}

/** The payload. Throws E_FIELD, E_LENGTH, E_COUNT, E_NUMBER, E_HEX: whatever {@link parsePayload} would refuse. */
export function encodePayload(manifest: Manifest): Uint8Array {
  const payload = encodeCbor(
    [
      manifest.chainId,
      fromHex(manifest.policyManager, 20, 'policyManager'),
      fromHex(manifest.adjudicator, 20, 'adjudicator'),
      fromHex(manifest.policyId, 32, 'policyId'),
      fromHex(manifest.salt, 32, 'salt'),
      manifest.createdAt,
      manifest.revision,
      manifest.threshold,
      manifest.shares,
      rateBytes(manifest.rate),
      manifest.expiresAt,
      manifest.delegatingKey.toBytes(),
      manifest.receivingKey.toBytes(),
      manifest.verifyingKey.toBytes(),
      fromHex(manifest.reader, 20, 'reader'),
      manifest.label ?? null,
      manifest.conditions ?? null,
      manifest.leaves.map(encodeLeaf),
      manifest.files.map(encodeFile),
      manifest.note ?? null,
    ],
    'manifest',
  );
  parsePayload(payload);
  return payload;
}

function encodeLeaf(leaf: ManifestLeaf): CborValue {
  return [
    fromHex(leaf.node, 20, 'node'),
    leaf.sealedKfrag,
    fromHex(leaf.fragment, 32, 'fragment'),
    leaf.byteBudget,
    leaf.ackUntil,
    leaf.ackLastStart,
    leaf.ackEpoch,
    leaf.ackSignature,
  ];
}

function encodeFile(file: ManifestFile): CborValue {
  return [
    fromHex(file.headerId, 32, 'headerId'),
    fromHex(file.indexId, 32, 'indexId'),
    file.headerBytes,
    file.size,
    file.chunks,
    file.uris,
    file.author === undefined ? null : [file.author.key.toBytes(), file.author.signature.toBytes()],
  ];
}

/** Minimal big-endian: no leading zero byte. */
function rateBytes(rate: bigint): Uint8Array {
  if (typeof rate !== 'bigint' || rate < 1n || rate > maxRate) refuse('E_NUMBER', 'rate', '1 to 2^96-1 wei', `${rate}`);
  const hex = rate.toString(16);
  return fromHex(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`);
}

function parseRate(value: CborValue | undefined): bigint {
  const bytes = bytesOf(value, 'rate', 1, 12);
  if (bytes[0] === 0) refuse('E_CANONICAL', 'rate', 'no leading zero byte', 'one');
  return BigInt(toHex(bytes));
}

/**
 * Decode a payload and check all that needs no chain: shapes, sizes, counts, each header against its id.
 * Throws E_LENGTH, E_COUNT, E_NUMBER, E_FIELD and CBOR's errors, E_MANIFEST where fields contradict each other.
 */
export function parsePayload(payload: Uint8Array): Manifest {
  if (payload.length > maxManifestBytes) {
    refuse('E_TOO_LARGE', 'manifest', `at most ${maxManifestBytes} bytes`, `${payload.length} bytes`);
  }
  const items = tupleOf(decodeCbor(payload, 'manifest'), itemCount, 'manifest');
  const shares = uintOf(items[8], 'shares', maxShares, 1);
  const leaves = listOf(items[17] ?? null, maxShares, 'leaves').map(parseLeaf);
  if (leaves.length !== shares) refuse('E_MANIFEST', 'leaves', `${shares}, one per share`, `${leaves.length}`);
  if (new Set(leaves.map(({ node }) => node)).size !== shares) {
    refuse('E_MANIFEST', 'leaves', 'different nodes', 'a node twice');
  }
  return {
    chainId: uintOf(items[0], 'chainId', Number.MAX_SAFE_INTEGER, 1),
    policyManager: addressIn(items[1], 'policyManager'),
    adjudicator: addressIn(items[2], 'adjudicator'),
    policyId: idIn(items[3], 'policyId'),
    salt: idIn(items[4], 'salt'),
    createdAt: uintOf(items[5], 'createdAt', maxTime),
    revision: uintOf(items[6], 'revision', 0xffffffff),
    threshold: uintOf(items[7], 'threshold', shares, 1),
    shares,
    rate: parseRate(items[9]),
    expiresAt: uintOf(items[10], 'expiresAt', maxTime),
    delegatingKey: keyIn(items[11], 'delegatingKey'),
    receivingKey: keyIn(items[12], 'receivingKey'),
    verifyingKey: keyIn(items[13], 'verifyingKey'),
    reader: addressIn(items[14], 'reader'),
    label: orNull(items[15], (value) => bytesOf(value, 'label', 50, 1_024 + 49)),
    conditions: orNull(items[16], (value) => bytesOf(value, 'conditions', 1, maxConditionBytes)),
    leaves,
    files: listOf(items[18] ?? null, maxManifestFiles, 'files').map(parseFile),
    note: orNull(items[19], (value) => textOf(value, 'note', maxNoteBytes, true)),
  };
}

function parseLeaf(value: CborValue, index: number): ManifestLeaf {
  const at = `leaves[${index}]`;
  const [node, sealedKfrag, fragment, byteBudget, until, lastStart, epoch, signature] = tupleOf(value, 8, at);
  return {
    node: addressIn(node, `${at}.node`),
    sealedKfrag: bytesOf(sealedKfrag, `${at}.sealedKfrag`, sealedKfragBytes),
    fragment: idIn(fragment, `${at}.fragment`),
    byteBudget: uintOf(byteBudget, `${at}.byteBudget`, Number.MAX_SAFE_INTEGER),
    ackUntil: uintOf(until, `${at}.ackUntil`, maxTime),
    ackLastStart: uintOf(lastStart, `${at}.ackLastStart`, 0xffffffff),
    ackEpoch: uintOf(epoch, `${at}.ackEpoch`, 0xffffffff),
    ackSignature: bytesOf(signature, `${at}.ackSignature`, 65),
  };
}

function parseFile(value: CborValue, index: number): ManifestFile {
  const at = `files[${index}]`;
  const [headerId, indexId, headerBytes, size, chunks, uris, author] = tupleOf(value, 7, at);
  const file: ManifestFile = {
    headerId: idIn(headerId, `${at}.headerId`),
    indexId: idIn(indexId, `${at}.indexId`),
    headerBytes: bytesOf(headerBytes, `${at}.headerBytes`, 1, maxHeaderLength),
    size: uintOf(size, `${at}.size`, maxFileSize),
    chunks: uintOf(chunks, `${at}.chunks`, Number.MAX_SAFE_INTEGER),
    uris: urisOf(uris ?? null, `${at}.uris`, maxUris),
    author: orNull(author, (given) => {
      const [key, signature] = tupleOf(given, 2, `${at}.author`);
      return { key: keyIn(key, `${at}.author[0]`), signature: signatureIn(signature, `${at}.author[1]`) };
    }),
  };
  if (parseFileHeader(file.headerBytes).id !== file.headerId) {
    refuse('E_MANIFEST', `${at}.headerId`, 'the hash of the header', 'another');
  }
  if (file.chunks !== chunksOf(file.size)) {
    refuse('E_MANIFEST', `${at}.chunks`, `${chunksOf(file.size)} for ${file.size} bytes`, `${file.chunks}`);
  }
  return file;
}

/** Sign a manifest with the key that it names. Returns the DnMf bytes. Throws E_SIGNATURE for another signer, as {@link encodePayload}. */
export function signManifest(manifest: Manifest, signer: Signer): Uint8Array {
  if (!signer.verifyingKey.equals(manifest.verifyingKey))
    refuse('E_SIGNATURE', 'signer', 'the verifying key', 'another');
  const payload = encodePayload(manifest);
  return joinManifest(payload, signer.sign(manifestMessage(payload)));
}

/** "DnMf" 01 || u32be(len) || payload || signature. */
export function joinManifest(payload: Uint8Array, signature: Signature): Uint8Array {
  const brand = Uint8Array.of(0x44, 0x6e, 0x4d, 0x66, 1);
  return concatBytes(brand, u32be(payload.length), payload, signature.toBytes());
}

/** Parse DnMf bytes. `padded`: zeros may follow. Throws E_BRAND, E_VERSION, E_LENGTH, as {@link parsePayload}. */
export function parseManifest(bytes: Uint8Array, padded = false): SignedManifest {
  checkBytes(bytes, undefined, 'manifest');
  checkBrand(bytes, 'DnMf', 'manifest');
  const field = 'manifest';
  if (bytes.length < 9) refuse('E_LENGTH', field, 'at least 9 bytes', `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(5);
  const end = 9 + length + 64;
  if (end > bytes.length || (!padded && end < bytes.length))
    refuse('E_LENGTH', field, `${end} bytes`, `${bytes.length} bytes`);
  if (bytes.subarray(end).some((byte) => byte !== 0)) refuse('E_LENGTH', field, 'zeros behind the end', 'other bytes');
  const payload = Uint8Array.from(bytes.subarray(9, 9 + length));
  return {
    manifest: parsePayload(payload),
    payload,
    signature: signatureIn(bytes.subarray(9 + length, end), 'manifest.signature'),
  };
}

/** The author's half of a file's entry. */
export function signAuthor(signer: Signer, headerId: Hex, indexId: Hex): FileAuthor {
  const message = authorMessage(fromHex(headerId, 32), fromHex(indexId, 32));
  return { key: signer.verifyingKey, signature: signer.sign(message) };
}

/** Whether the named author signed this file. Whether that key is known to the reader is another question. */
export function isAuthor(file: ManifestFile): boolean {
  const message = authorMessage(fromHex(file.headerId, 32), fromHex(file.indexId, 32));
  return file.author?.signature.verify(file.author.key, message) ?? false;
}
