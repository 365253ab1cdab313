/**
 * Clears away the chunks of policies that are over. A chunk lives while any policy names it. Owns: what goes and in which
 * order, so that a crash at any point leaves nothing served that is not there. Owns not: rows and files.
 * Source: DESIGN section 7.
 */
import type { Head, PolicyIndex } from 'dintel/ursula';
import type { StoredChunks } from '../store/chunkIndex.ts';
import type { ChunkFiles } from './chunkFiles.ts';

/** Seconds after its end for which a policy's chunks stay: clocks differ, and downloads take their time. */
const graceS = 600;
/** Chunks removed in one turn. */
const batch = 256;

export interface CollectParts {
  readonly chunks: Pick<StoredChunks, 'policies' | 'releasePolicy' | 'orphans' | 'unhold' | 'forget'>;
  readonly files: Pick<ChunkFiles, 'alone' | 'remove'>;
  readonly policies: Pick<PolicyIndex, 'policy'>;
  /** undefined = no view to trust: nothing is removed on doubt. */
  readonly head: () => Head | undefined;
}

/** One turn. Returns how many policies were let go and how many chunks removed. */
export async function collectChunks(parts: CollectParts): Promise<{ policies: number; chunks: number }> {
  const { chunks, files, policies, head } = parts;
  const now = head()?.timestamp;
  if (now === undefined) return { policies: 0, chunks: 0 };
  const over = chunks.policies().filter((policyId) => {
    const view = policies.policy(policyId);
    // Unknown: the index keeps what a re-org took for many blocks, so this one is gone for good.
    return view === undefined || now >= Math.min(view.expiresAt, view.revokedAt ?? view.expiresAt) + graceS;
  });
  for (const policyId of over) await chunks.releasePolicy(policyId);
  let removed = 0;
  for (const id of chunks.orphans(batch)) {
    // An upload of the same bytes is kept before all of this or after it, never between.
    await files.alone(id, async () => {
      if (!(await chunks.unhold(id))) return;
      await files.remove(id);
      await chunks.forget(id);
      removed += 1;
    });
  }
  return { policies: over.length, chunks: removed };
}
