/**
 * Manifest and chunks to the cohort, so that everything Bob needs survives as long as enough nodes do to serve him at all:
 * each blob lies at shares - threshold + 1 nodes, hence at one of any `threshold` nodes that are alive.
 *
 * Owns: who holds what, reservations, copies. Owns not: what the blobs are, the node's budget. What a node holds already is
 * reserved for this policy too (a chunk lives while any policy names it) but not sent again.
 * Source: protocol.md sections 7 (reservations, chunks) and 9 (published); DESIGN section 7.
 */
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import { maxReservedChunks } from '../../protocol/limits.ts';
import type { ChunkClaim, ChunkId } from '../../protocol/reservation.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { chunkStoreOf, placementOrder } from '../../storage/http.ts';
import { type Clock, mapLimited, systemClock } from '../clock.ts';
import type { NodeClient } from '../nodeClient.ts';
import type { OnProgress } from '../progress.ts';
import { retried } from '../retried.ts';

/** One thing to be kept. */
export interface StoredBlob extends ChunkClaim {
  /** Made for this policy, so that nobody but an earlier attempt can have brought it: sent without asking. */
  readonly isNew?: boolean;
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

/** A node of the cohort. `reserve` signs and sends one reservation of at most 600 blobs. */
export interface PublishTarget {
  readonly client: Pick<NodeClient, 'url' | 'hasChunk' | 'putChunk'>;
  reserve(chunks: readonly ChunkClaim[], signal?: AbortSignal): Promise<void>;
}

export interface PublishOptions {
  readonly blobs: readonly StoredBlob[];
  readonly targets: readonly PublishTarget[];
  /** At how many nodes each blob must lie. */
  readonly copies: number;
  /** Blobs in memory at once. Default 3. */
  readonly width?: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Blobs looked at together: enough for few reservations, few enough to notice a dead node soon. */
const windowLength = 256;
/** A node whose watcher has not seen the policy yet is asked again for so long. */
const patienceMs = 30_000;
const passing: ReadonlySet<string> = new Set([
  'E_PENDING',
  'E_POLICY',
  'E_CHAIN_STALE',
  'E_BUSY',
  'E_RATE',
  'NODE_TIMEOUT',
]);

/**
 * Bring every blob to `copies` nodes. Safe to repeat: what is there is not sent again. Resolves with the bytes sent.
 * Throws NOT_ENOUGH_NODES if too few nodes take a blob (retryable; their reasons in `data`), ABORTED.
 */
export async function publishBlobs(options: PublishOptions): Promise<{ readonly sentBytes: number }> {
  const { blobs, targets, copies, onProgress, signal } = options;
  const byStore = new Map(targets.map((target) => [chunkStoreOf(target.client.url), target]));
  const dead = new Map<PublishTarget, string>();
  const total = blobs.reduce((sum, blob) => sum + blob.size, 0);
  const count = { done: 0, total, sent: 0 };
  for (let from = 0; from < blobs.length; from += windowLength) {
    let open = blobs.slice(from, from + windowLength).map((blob) => ({ blob, held: new Set<PublishTarget>() }));
    // Each pass either brings all blobs home or finds another node dead, so there are at most as many as nodes.
    while (open.length > 0) {
      checkSignal(signal);
      const plan = new Map<PublishTarget, ChunkClaim[]>();
      const work = open.map(({ blob, held }) => {
        const order = placementOrder(blob.id, [...byStore.keys()]).map((store) => byStore.get(store) as PublishTarget);
        const wanted = order.filter((target) => !dead.has(target) && !held.has(target)).slice(0, copies - held.size);
        if (held.size + wanted.length < copies) throw notEnough(copies, dead);
        for (const target of wanted) plan.set(target, [...(plan.get(target) ?? []), { id: blob.id, size: blob.size }]);
        return { blob, held, wanted };
      });
      await Promise.all([...plan].map(([target, claims]) => reserveAll(target, claims, dead, options)));
      await mapLimited(work, options.width ?? 3, async ({ blob, held, wanted }) => {
        await bring(
          blob,
          wanted.filter((target) => !dead.has(target)),
          held,
          dead,
          count,
          options,
        );
        if (held.size >= copies) count.done += blob.size;
        onProgress?.({ type: 'upload.bytes', ...count });
      });
      open = open.filter(({ held }) => held.size < copies);
    }
  }
  return { sentBytes: count.sent };
}

/** Reserve at one node, in parts; a node that will not is dead for this upload. */
async function reserveAll(
  target: PublishTarget,
  claims: readonly ChunkClaim[],
  dead: Map<PublishTarget, string>,
  options: PublishOptions,
): Promise<void> {
  const { signal, clock = systemClock } = options;
  const until = clock.now() + patienceMs;
  for (let at = 0; at < claims.length; at += maxReservedChunks) {
    for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 2_000)) {
      try {
        await target.reserve(claims.slice(at, at + maxReservedChunks), signal);
        break;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'ABORTED') throw error;
        if (!passing.has(code) || clock.now() >= until) {
          dead.set(target, code);
          return;
        }
        await clock.sleep(delayMs, signal);
        checkSignal(signal);
      }
    }
  }
}

/** One blob to its nodes: read once, if anybody lacks it. */
async function bring(
  blob: StoredBlob,
  wanted: readonly PublishTarget[],
  held: Set<PublishTarget>,
  dead: Map<PublishTarget, string>,
  count: { sent: number },
  { signal, clock = systemClock }: PublishOptions,
): Promise<void> {
  const attempt = async (target: PublishTarget, act: () => Promise<unknown>) => {
    try {
      return await act();
    } catch (error) {
      if (codeOf(error) === 'ABORTED' || !(error instanceof DintelError)) throw error;
      dead.set(target, error.code);
      return undefined;
    }
  };
  // Asked twice before a node is given up: what it may hold already is dearer to send elsewhere than a question.
  const isHeld = ({ client }: PublishTarget) => retried(() => client.hasChunk(blob.id, { signal }), clock, signal);
  const lacking: PublishTarget[] = [];
  await Promise.all(
    wanted.map((target) =>
      attempt(target, async () => {
        if (!blob.isNew && (await isHeld(target))) held.add(target);
        else lacking.push(target);
      }),
    ),
  );
  if (lacking.length === 0) return;
  const bytes = await blob.read(signal);
  await Promise.all(
    lacking.map((target) =>
      attempt(target, async () => {
        if (!(await target.client.putChunk(blob.id, bytes, { signal }))) count.sent += bytes.length;
        held.add(target);
      }),
    ),
  );
}

function notEnough(copies: number, dead: ReadonlyMap<PublishTarget, string>): ProtocolError {
  const reasons = [...dead].map(([target, code]) => `${target.client.url} ${code}`);
  return new ProtocolError('NOT_ENOUGH_NODES', {
    expected: `${copies} nodes that keep a copy`,
    details: reasons.join(', '),
    data: { nodes: reasons },
  });
}

function codeOf(error: unknown): string {
  return error instanceof DintelError ? error.code : 'E_INTERNAL';
}

/** A blob that is in memory. */
export function blobOf(id: ChunkId, bytes: Uint8Array, isNew = false): StoredBlob {
  return { id, size: bytes.length, isNew, read: async () => bytes };
}
