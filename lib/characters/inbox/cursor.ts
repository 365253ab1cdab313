/**
 * How far the inbox has read the chain. Owns: the record and its bytes, where to go on after a re-organisation. Owns not: reading.
 *
 *   CBOR [1, block, block hash, hello tag or null, [[my receiving key, theirs, next]..]]
 */
import type { ChainReader } from '../../chain/chain.ts';
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { idIn, keyIn, listOf, orNull, tupleOf, uintOf } from '../../protocol/fields.ts';
import { fromHex, type Hex } from '../../protocol/hex.ts';
import type { PublicKey } from '../../umbral/keys.ts';

export interface Cursor {
  /** The last block that was read. */
  readonly block: bigint;
  readonly hash: Hex;
  readonly hello: Hex | undefined;
  readonly rows: readonly { readonly mine: PublicKey; readonly theirs: PublicKey; readonly next: number }[];
}

export const cursorName = 'inbox-cursor';
/** Blocks that are read again if the last one is no longer part of the chain. */
const reorgBlocks = 256n;
const maxRows = 100_000;

export function encodeCursor({ block, hash, hello, rows }: Cursor): Uint8Array {
  const tags = rows.map(({ mine, theirs, next }) => [mine.toBytes(), theirs.toBytes(), next]);
  return encodeCbor([1, Number(block), fromHex(hash, 32), hello === undefined ? null : fromHex(hello, 32), tags]);
}

/** Throws VERSION_UNSUPPORTED, E_FIELD and kin. */
export function decodeCursor(bytes: Uint8Array): Cursor {
  const [version, block, hash, hello, rows] = tupleOf(decodeCbor(bytes, 'cursor'), 5, 'cursor');
  if (version !== 1) throw new ProtocolError('VERSION_UNSUPPORTED', { field: 'cursor.version', expected: '1' });
  return {
    block: BigInt(uintOf(block, 'cursor.block', Number.MAX_SAFE_INTEGER)),
    hash: idIn(hash, 'cursor.hash'),
    hello: orNull(hello, (tag) => idIn(tag, 'cursor.hello')),
    rows: listOf(rows ?? null, maxRows, 'cursor.rows').map((row) => {
      const [mine, theirs, next] = tupleOf(row, 3, 'cursor.row');
      return {
        mine: keyIn(mine, 'cursor.mine'),
        theirs: keyIn(theirs, 'cursor.theirs'),
        next: uintOf(next, 'cursor.next', 2 ** 32 - 1),
      };
    }),
  };
}

/** Where to go on: behind the last block, or some blocks earlier if that one is no longer part of the chain. Throws `ChainError`. */
export async function resume(
  chain: ChainReader,
  { block, hash }: Cursor,
  firstBlock: bigint,
): Promise<{ readonly fromBlock: bigint; readonly isChanged: boolean }> {
  const now = await chain.block(block);
  if (now?.hash === hash) return { fromBlock: block + 1n, isChanged: false };
  const fromBlock = block - reorgBlocks > firstBlock ? block - reorgBlocks : firstBlock;
  return { fromBlock, isChanged: true };
}
