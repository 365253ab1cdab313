/**
 * Where a file lies: the copy of this browser, and the places that hold its parts for the grants that live.
 *
 * Owns: asking these places. Owns not: which place holds what (lib's `placementOrder`), bringing it there (lib's publishing).
 */
import { blobRange, NodeClient, openSealedFile } from 'dintel';
import type { Address, Hex } from 'dintel/protocol';
import type { CallContext, Self } from './person.ts';
import { type GrantMemo, memoPrefix, type OwnFile } from './sharing.ts';

/** A node that keeps parts of a file. Units: milliseconds. */
export interface Place {
  readonly node: Address;
  readonly url: string;
  /** Whether it answered at all. */
  readonly isUp: boolean;
  readonly ms: number;
  /** How many of the parts that were asked for it has. */
  readonly held: number;
}

/** How a file is kept. Units: bytes. */
export interface Stored {
  /** Of the copy in this browser; undefined if there is none. */
  readonly hereBytes: number | undefined;
  readonly places: readonly Place[];
  /** How many parts there are, and of how many of them the places were asked. */
  readonly parts: number;
  readonly asked: number;
  /** At how many places the part lies that lies at the fewest; 0: somebody could not open it now. */
  readonly copies: number;
}

/** Parts that are asked for: all of a small file, some of a large one. */
const most = 16;
const timeoutMs = 5_000;

export function storing(self: Self, options: { readonly fetch?: typeof fetch } = {}) {
  const { records, blobs, bob } = self;

  /** The nodes of its grants that live, each once. */
  async function nodesOf(id: string): Promise<ReadonlyMap<string, Address>> {
    const found = new Map<string, Address>();
    const { timestamp } = await bob.network.now();
    for (const memo of await records.all<GrantMemo>(memoPrefix)) {
      if (!memo.files.some((file) => file.id === id)) continue;
      const [policy, grant] = await Promise.all([
        bob.network.policyManager.policy(memo.policyId),
        self.alice(memo.root ?? 0).then((alice) => alice.find(memo.policyId)),
      ]);
      if (policy === undefined || policy.revoked || policy.expiresAt <= timestamp) continue;
      for (const { node, url } of grant?.nodes ?? []) found.set(url, node);
    }
    return found;
  }

  return {
    /** Asks every place whether it still has the file. Throws if there is no such file, `ChainError`, ABORTED. */
    stored: async ({ id }: { readonly id: string }, { signal }: CallContext): Promise<Stored> => {
      const blob = await blobs.get(id);
      const file = await records.get<OwnFile>(`files/${id}`);
      if (file === undefined) throw new Error('There is no such file.');
      const nodes = await nodesOf(id);
      const names = blob === undefined ? [] : partsOf(await openSealedFile(blobRange(blob), { signal }));
      const asked = sampled(names, most);
      const counts = new Map(asked.map((name) => [name, 0]));
      const places = await Promise.all(
        [...nodes].map(async ([url, node]): Promise<Place> => {
          const client = new NodeClient({ url, timeoutMs, ...options });
          const started = performance.now();
          // One question tells whether it is there at all.
          const isUp = await client.get('health', { signal }).then(
            () => true,
            () => false,
          );
          const ms = Math.round(performance.now() - started);
          if (!isUp) return { node, url, isUp, ms, held: 0 };
          const has = await Promise.all(
            asked.map((name) => client.hasChunk(name.slice(2), { signal }).catch(() => false)),
          );
          for (const [place, name] of asked.entries()) if (has[place]) counts.set(name, (counts.get(name) ?? 0) + 1);
          return { node, url, isUp, ms, held: has.filter(Boolean).length };
        }),
      );
      signal.throwIfAborted();
      return {
        hereBytes: blob?.size,
        places,
        parts: names.length,
        asked: asked.length,
        copies: asked.length === 0 ? 0 : Math.min(...counts.values()),
      };
    },
  };
}

/** What its readers fetch: the index, then the chunks. */
const partsOf = ({
  indexId,
  chunkIds,
}: {
  readonly indexId: Hex;
  readonly chunkIds: readonly Hex[];
}): readonly Hex[] => [...new Set([indexId, ...chunkIds])];

/** At most so many, evenly spread, the first and the last among them. */
function sampled<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))] as T);
}
