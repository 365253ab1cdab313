/** What long work tells on its way: one union for every character, so that one bar shows all. Units: bytes, counts. */
import type { Address, Hex } from '../protocol/hex.ts';
import type { GrantState } from './alice/grantRecord.ts';
import type { NodeState } from './bob/quorum.ts';

export type ProgressEvent =
  | { readonly type: 'registry.blocks'; readonly block: bigint; readonly toBlock: bigint }
  | { readonly type: 'grants.blocks'; readonly block: bigint; readonly toBlock: bigint }
  | { readonly type: 'grants.items'; readonly done: number; readonly total: number }
  | { readonly type: 'inbox.blocks'; readonly block: bigint; readonly toBlock: bigint }
  | { readonly type: 'inbox.items'; readonly done: number; readonly total: number }
  | { readonly type: 'node.probed'; readonly node: Address; readonly code?: string }
  | { readonly type: 'label.rotated'; readonly version: number }
  | { readonly type: 'grant.state'; readonly policyId: Hex; readonly state: GrantState }
  | { readonly type: 'tx.sent' | 'tx.mined'; readonly hash: Hex }
  | { readonly type: 'file.hashed'; readonly done: number; readonly total: number }
  | { readonly type: 'upload.bytes'; readonly done: number; readonly total: number; readonly sent: number }
  | { readonly type: 'encrypt.bytes'; readonly done: number; readonly total: number | undefined }
  | {
      readonly type: 'retrieve.state';
      readonly state: 'locating' | 'located' | 'opened' | 'checked' | 'asking' | 'enough' | 'opening' | 'done';
    }
  | { readonly type: 'node.state'; readonly node: Address; readonly state: NodeState; readonly code?: string }
  | { readonly type: 'decrypt.bytes'; readonly done: number; readonly total: number };

export type OnProgress = (event: ProgressEvent) => void;
