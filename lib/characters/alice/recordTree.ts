/**
 * What a record comes to: its leaves, the tree over them, the places of its blobs. Owns: these readings. Owns not: the record
 * (`grantRecord.ts`), hashing (lib/protocol). Source: protocol.md section 3.
 */
import type { Hex } from '../../protocol/hex.ts';
import { type LeafParts, leafOf, sealedKfragHash } from '../../protocol/leaf.ts';
import { type LeafTree, leafTree } from '../../protocol/tree.ts';
import { chunkStoreOf, placementOrder } from '../../storage/http.ts';
import type { GrantRecord, Member } from './grantRecord.ts';

/** A leaf of a record with all its parts. */
export function leafPartsOf(record: GrantRecord, index: number): LeafParts {
  const member = record.cohort[index] as Member;
  return {
    index,
    node: member.node,
    fragment: member.fragment,
    sealedKfragHash: sealedKfragHash(member.sealedKfrag),
    keys: [record.delegatingKey, record.receivingKey, record.verifyingKey],
    reader: record.reader,
    byteBudget: record.byteBudget,
    conditions: record.conditions ?? null,
  };
}

/** All leaves of a record, hashed once, and their tree. */
export function leavesOf(record: GrantRecord): {
  readonly leaves: readonly { readonly parts: LeafParts; readonly hash: Hex }[];
  readonly tree: LeafTree;
} {
  const leaves = record.cohort.map((_, index) => {
    const parts = leafPartsOf(record, index);
    return { parts, hash: leafOf(parts).hash };
  });
  return { leaves, tree: leafTree(leaves.map(({ hash }) => hash)) };
}

/** The tree that goes on chain. */
export const treeOf = (record: GrantRecord): LeafTree => leavesOf(record).tree;

/** Where Bob looks for the manifest: stores of the cohort, those first that are to hold it, as many as a link or notice takes. */
export function urisOfRecord(record: GrantRecord, most: number): string[] {
  const stores = record.cohort.map((member) => chunkStoreOf(member.url));
  return placementOrder(record.manifest?.id.slice(2) ?? '', stores).slice(0, most);
}
