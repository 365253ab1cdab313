/**
 * One thing that was shared with me, as this device keeps it. Owns: the record and its bytes. Owns not: what the chain says of it now.
 *
 *   CBOR [1, policyId, manifestId, vk, [uri..], name or null, block, foundBy, accepted 0 or 1, manifest or null]
 */
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { bytesOf, idIn, keyIn, orNull, textOf, tupleOf, uintOf, urisOf } from '../../protocol/fields.ts';
import { fromHex, type Hex } from '../../protocol/hex.ts';
import { maxUris } from '../../protocol/link.ts';
import { maxManifestBytes } from '../../protocol/manifest.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { FoundBy } from './found.ts';

export interface Entry {
  readonly policyId: Hex;
  readonly manifestId: Hex;
  /** Who must have signed the manifest. */
  readonly verifyingKey: PublicKey;
  readonly uris: readonly string[];
  /** What the sender calls himself. */
  readonly name: string | undefined;
  readonly blockNumber: number;
  readonly foundBy: FoundBy;
  /** A stranger's that I took, or a link that I opened. */
  readonly accepted: boolean;
  /** Sealed, once it was fetched and verified. */
  readonly manifest: Uint8Array | undefined;
}

const ways: readonly FoundBy[] = ['contact', 'hello', 'trial', 'link'];

export const entryPrefix = 'inbox/';
export const entryName = (policyId: Hex): string => `${entryPrefix}${policyId.slice(2)}`;

export function encodeEntry(entry: Entry): Uint8Array {
  return encodeCbor([
    1,
    fromHex(entry.policyId, 32, 'policyId'),
    fromHex(entry.manifestId, 32, 'manifestId'),
    entry.verifyingKey.toBytes(),
    entry.uris,
    entry.name ?? null,
    entry.blockNumber,
    ways.indexOf(entry.foundBy),
    entry.accepted ? 1 : 0,
    entry.manifest ?? null,
  ]);
}

/** Throws VERSION_UNSUPPORTED, E_FIELD, E_COUNT, E_LENGTH, E_NUMBER. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const items = tupleOf(decodeCbor(bytes, 'inbox'), 10, 'inbox');
  const [version, policyId, manifestId, vk, uris, name, block, way, accepted, manifest] = items;
  if (version !== 1) throw new ProtocolError('VERSION_UNSUPPORTED', { field: 'inbox.version', expected: '1' });
  return {
    policyId: idIn(policyId, 'inbox.policyId'),
    manifestId: idIn(manifestId, 'inbox.manifestId'),
    verifyingKey: keyIn(vk, 'inbox.verifyingKey'),
    uris: urisOf(uris ?? null, 'inbox.uris', maxUris),
    name: orNull(name, (text) => textOf(text, 'inbox.name', 64)),
    blockNumber: uintOf(block, 'inbox.block', Number.MAX_SAFE_INTEGER),
    foundBy: ways[uintOf(way, 'inbox.foundBy', ways.length - 1)] as FoundBy,
    accepted: uintOf(accepted, 'inbox.accepted', 1) === 1,
    manifest: orNull(manifest, (value) => bytesOf(value, 'inbox.manifest', 1, maxManifestBytes)),
  };
}
