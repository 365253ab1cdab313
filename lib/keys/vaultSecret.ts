/**
 * What lies sealed in a person's vault: every version of the root, and the wrapping keys of the slots, so that a new root or a
 * removed slot re-wraps all others without asking for their passwords. One length whatever is inside.
 *
 *   CBOR [1, [[version, root 32, createdAt]..], [wrapKey 32..]] || zeros          2,048 bytes
 *
 * Versions start at 0 and have no gap; the wrapping keys stand in the order of the slots.
 * Owns: these bytes. Owns not: the seal around them (`strongbox.ts`). Source: DESIGN section 4; research/app-sdk.md section 6.
 */
import { decodeCborFirst, encodeCbor } from '../protocol/cbor.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { bytesOf, listOf, tupleOf, uintOf } from '../protocol/fields.ts';
import { malformed, maxSlots } from './boxFile.ts';

const secretBytes = 2_048;
/** Versions of the root. */
export const maxRoots = 24;

/** One version of the root. Units: `createdAt` seconds since 1970. */
export interface RootVersion {
  readonly root: Uint8Array;
  readonly createdAt: number;
}

export interface VaultSecret {
  /** In order of version, from 0; the last one is in use. */
  readonly roots: readonly RootVersion[];
  readonly wrapKeys: readonly Uint8Array[];
}

/** The caller wipes the result. */
export function encodeVaultSecret({ roots, wrapKeys }: VaultSecret): Uint8Array {
  const rows = roots.map(({ root, createdAt }, version) => [version, root, createdAt]);
  const body = encodeCbor([1, rows, wrapKeys]);
  const bytes = new Uint8Array(secretBytes);
  bytes.set(body);
  body.fill(0);
  return bytes;
}

/** Throws E_KEYSTORE_FORMAT: the box opened, so it is ours, but of another version. */
export function decodeVaultSecret(bytes: Uint8Array, slots: number): VaultSecret {
  try {
    if (bytes.length !== secretBytes) throw malformed('another length');
    const { value, rest } = decodeCborFirst(bytes, 'vault');
    if (rest.some((byte) => byte !== 0)) throw malformed('bytes behind the end');
    const [version, rows, keys] = tupleOf(value, 3, 'vault');
    if (version !== 1) throw malformed('another version');
    const roots = listOf(rows ?? null, maxRoots, 'vault.roots', 1).map((row, place) => {
      const [number, root, createdAt] = tupleOf(row, 3, 'vault.root');
      uintOf(number, 'vault.root.version', place, place);
      return {
        root: bytesOf(root, 'vault.root', 32).slice(),
        createdAt: uintOf(createdAt, 'vault.createdAt', 2 ** 40),
      };
    });
    const wrapKeys = listOf(keys ?? null, maxSlots, 'vault.wrapKeys', 1).map((key) =>
      bytesOf(key, 'vault.wrapKey', 32).slice(),
    );
    if (wrapKeys.length !== slots) throw malformed('another number of slots');
    return { roots, wrapKeys };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw malformed('it opens, but what it holds is of another version');
  }
}

export function wipeVaultSecret({ roots, wrapKeys }: VaultSecret): void {
  for (const { root } of roots) root.fill(0);
  for (const key of wrapKeys) key.fill(0);
}
