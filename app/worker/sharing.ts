/**
 * What Alice can be asked: encrypt and keep files, quote, grant, list and revoke. Owns: these methods and her list of files. Owns not: the steps (lib), how it looks.
 */
import { type Alice, blobRange, type Grant, type GrantQuote, type GrantSummary, openSealedFile } from 'dintel';
import { type Address, type Hex, parseConditions, toHex } from 'dintel/protocol';
import type { CallContext, Self } from './person.ts';

/** A file that is encrypted and kept in this browser. Units: bytes, milliseconds since 1970. */
export interface OwnFile {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sealedSize: number;
  /** Its own label, so that who is given this file could at worst open this file. */
  readonly label: string;
  /** Which of her roots the label's key comes from. */
  readonly root?: number;
  readonly at: number;
  /** The last bytes of the ciphertext, to look at. */
  readonly glimpse: Hex;
}

/** Whom to share with: a receive card, or somebody who is known (`acquaintances.ts`). */
export type Whom = { readonly card: string } | { readonly person: string };

export interface Terms {
  readonly threshold: number;
  readonly shares: number;
  /** Seconds since 1970. */
  readonly until: number;
}

/** One wish to share one file. */
interface GrantArgs extends Terms {
  readonly fileId: string;
  readonly to: Whom;
  /** What she calls him. */
  readonly whom: string;
  readonly note?: string | undefined;
  /** Tell his account by a public tag; else only who knows her finds it without the link. */
  readonly hello: boolean;
  /** Seconds since 1970 from which on it opens; at once if undefined. */
  readonly startsAt?: number | undefined;
  /** Any word, the same for the same wish. */
  readonly wish?: string | undefined;
}

/** A grant that stands: what Bob needs, and what it cost. */
export interface Granted {
  readonly policyId: Hex;
  readonly link: string;
  readonly threshold: number;
  readonly shares: number;
  /** When it begins to open, if not at once. */
  readonly startsAt: number | undefined;
  readonly expiresAt: number;
  readonly nodes: readonly { readonly node: Address; readonly url: string }[];
  readonly transactionHash: Hex | undefined;
  readonly depositWei: bigint | undefined;
  readonly feeWei: bigint | undefined;
}

/** What she remembers of a grant beside the chain. */
export interface GrantMemo {
  readonly policyId: Hex;
  readonly files: readonly { readonly id: string; readonly name: string; readonly size: number }[];
  readonly whom: string;
  /** Not there as long as it is under way. */
  readonly link?: string;
  readonly at: number;
  /** Decimal wei: what was paid, which the chain forgets when a grant is stopped. */
  readonly paid?: string;
  /** Decimal wei: what came back when it was stopped. */
  readonly refund?: string;
  /** Which of her roots it was granted with. */
  readonly root?: number;
  /** What was wished for by it. */
  readonly wish?: string;
  /** Seconds since 1970 from which on it opens, if not at once. */
  readonly startsAt?: number;
}

/** One of her grants as pages show it. Units: seconds, wei. */
export interface OwnGrant {
  readonly policyId: Hex;
  readonly state: GrantSummary['state'];
  readonly threshold: number | undefined;
  readonly shares: number;
  readonly createdAt: number | undefined;
  /** When it begins to open, if that is still ahead. */
  readonly startsAt: number | undefined;
  readonly expiresAt: number;
  readonly rateWei: bigint;
  readonly leftWei: bigint;
  /** Of epochs that have not begun: what would come back if it were stopped now. */
  readonly openWei: bigint;
  readonly paidWei: bigint;
  /** What came back when it was stopped, if that was done on this device. */
  readonly refundWei: bigint | undefined;
  readonly files: GrantMemo['files'];
  readonly whom: string | undefined;
  readonly reader: Address | undefined;
  readonly note: string | undefined;
  readonly nodes: readonly Address[];
  readonly link: string | undefined;
  readonly transactionHash: Hex;
  /** Why its content cannot be shown. */
  readonly missing: string | undefined;
}

const fileName = (id: string) => `files/${id}`;
/** Where these lie. */
export const memoPrefix = 'memos/';
const memoName = (policyId: Hex) => `${memoPrefix}${policyId.slice(2)}`;

export function sharing(self: Self) {
  const { records, blobs } = self;

  const sealedFile = async (id: string, { signal, onProgress }: CallContext) => {
    const blob = await blobs.get(id);
    if (blob === undefined) throw new Error('The encrypted file is no longer in this browser.');
    return openSealedFile(blobRange(blob), { signal, onProgress });
  };
  const ownFile = async (id: string): Promise<OwnFile> => {
    const file = await records.get<OwnFile>(fileName(id));
    if (file === undefined) throw new Error('There is no such file.');
    return file;
  };

  /** Her with each of her roots, the newest first. */
  const alices = (): Promise<readonly Alice[]> =>
    Promise.all(Array.from({ length: self.roots }, (_, place) => self.alice(self.roots - 1 - place)));
  /** Her with the root that a policy was granted with. */
  const aliceFor = async (policyId: Hex): Promise<Alice> =>
    self.alice((await records.get<GrantMemo>(memoName(policyId)))?.root ?? 0);

  /** What was begun for this wish and has not failed. */
  async function begunFor(wish: string, context: CallContext) {
    for (const memo of await records.all<GrantMemo>(memoPrefix)) {
      if (memo.wish !== wish) continue;
      const alice = await self.alice(memo.root ?? 0);
      const kept = await Promise.all(memo.files.map(({ id }) => blobs.get(id)));
      // Nodes that have none of it yet are given it from here.
      const files = await Promise.all(
        memo.files.flatMap(({ id }, place) => (kept[place] === undefined ? [] : [sealedFile(id, context)])),
      );
      const open = await alice.unfinished({ files, onProgress: context.onProgress });
      const grant = open.find(({ policyId }) => policyId === memo.policyId) ?? (await alice.find(memo.policyId));
      if (grant !== undefined && grant.status !== 'failed' && grant.status !== 'abandoned') return { grant, memo };
    }
    return undefined;
  }

  /** Nodes are chosen and all is written down: nothing is sent yet. */
  async function begin({ fileId, to, whom, note, hello, wish, startsAt, ...terms }: GrantArgs, context: CallContext) {
    const file = await ownFile(fileId);
    // A label's key is of the root that the file was encrypted under.
    const { root = 0 } = file;
    const alice = await self.alice(root);
    // Of somebody who is known the pinned keys count; changed ones are refused until their words were compared.
    const recipient = 'card' in to ? to.card : await self.people.recipient(to.person);
    const grant = await alice.draft({
      ...terms,
      to: recipient,
      label: file.label,
      files: [await sealedFile(fileId, context)],
      note,
      announce: hello ? 'hello' : 'contact',
      vouch: true,
      ...(startsAt !== undefined && { conditions: { notBefore: startsAt } }),
      signal: context.signal,
      onProgress: context.onProgress,
    });
    // Before anything is sent, so that a grant that a closed tab cuts short knows what it is.
    const memo: GrantMemo = {
      policyId: grant.policyId,
      files: [{ id: file.id, name: file.name, size: file.size }],
      whom,
      root,
      at: Date.now(),
      ...(wish !== undefined && { wish }),
      ...(startsAt !== undefined && { startsAt }),
    };
    await records.put(memoName(grant.policyId), memo);
    return { grant, memo };
  }

  /** Writes down what is known only at the end. */
  async function finished(grant: Grant, memo: GrantMemo) {
    const link = grant.link({ origin: self.begin.origin });
    await records.put(memoName(grant.policyId), { ...memo, link });
    // Bob can open it already: a chain that gives no receipt now must not make it look failed, or she pays again.
    const receipt = await grant.receipt().catch(() => undefined);
    const paid = receipt?.depositWei.toString();
    if (paid !== undefined) await records.put(memoName(grant.policyId), { ...memo, link, paid });
    return { link, receipt };
  }

  return {
    /** Encrypts a file and keeps the ciphertext in this browser. Nothing leaves it. */
    encrypt: async ({ file }: { readonly file: File }, { signal, onProgress }: CallContext): Promise<OwnFile> => {
      const id = toHex(crypto.getRandomValues(new Uint8Array(12))).slice(2);
      const label = `file/${id}`;
      const root = self.roots - 1;
      const alice = await self.alice(root);
      const stream = alice.encrypt(file.stream(), {
        label,
        name: file.name,
        mediaType: file.type || 'application/octet-stream',
        size: file.size,
        signal,
        onProgress,
      });
      const blob = await new Response(stream).blob();
      await blobs.put(id, blob);
      const { name, type, size } = file;
      const glimpse = toHex(new Uint8Array(await blob.slice(-32).arrayBuffer()));
      const own = { id, name, mediaType: type, size, sealedSize: blob.size, label, root, at: Date.now(), glimpse };
      await records.put(fileName(id), own);
      return own;
    },

    /** Newest first. */
    files: async (): Promise<readonly OwnFile[]> =>
      (await records.all<OwnFile>('files/')).toSorted((a, b) => b.at - a.at),

    /** Forgets the encrypted copy of this browser; what is shared stays shared. */
    removeFile: async ({ id }: { readonly id: string }): Promise<void> => {
      await blobs.delete(id);
      await records.delete(fileName(id));
    },

    quote: async (terms: Terms, { signal }: CallContext): Promise<GrantQuote> =>
      (await self.alice()).quote({ ...terms, signal }),

    /** Grants one file. Resolves when Bob can open it. The same wish again goes on with what was begun for it: nobody pays twice. */
    grant: async (args: GrantArgs, context: CallContext): Promise<Granted> => {
      const begun = args.wish === undefined ? undefined : await begunFor(args.wish, context);
      const { grant, memo } = begun ?? (await begin(args, context));
      await grant.wait({ signal: context.signal });
      const { link, receipt } = await finished(grant, memo);
      return {
        policyId: grant.policyId,
        link,
        threshold: grant.threshold,
        shares: grant.shares,
        startsAt: memo.startsAt,
        expiresAt: grant.expiresAt,
        nodes: grant.nodes.map(({ node, url }) => ({ node, url })),
        transactionHash: grant.transactionHash,
        depositWei: receipt?.depositWei,
        feeWei: receipt?.feeWei,
      };
    },

    /** What was begun before a reload: how many grants are unfinished. */
    unfinished: async (): Promise<number> => {
      let all = 0;
      for (const alice of await alices()) all += (await alice.unfinished()).length;
      return all;
    },

    /** Goes on with what was begun; gives how many were finished. */
    resume: async (_: unknown, context: CallContext): Promise<number> => {
      let count = 0;
      for (const alice of await alices()) {
        // What was not stored with the nodes before it was cut short lies here; each file has a label of its own.
        const labels = new Set((await alice.unfinished()).map(({ label }) => label));
        const kept = (await records.all<OwnFile>('files/')).filter(({ label }) => labels.has(label));
        const files = await Promise.all(kept.map(({ id }) => sealedFile(id, context)));
        const { signal, onProgress } = context;
        for await (const grant of alice.resume({ files, signal, onProgress })) {
          if (grant.status !== 'published') continue;
          count++;
          const memo = await records.get<GrantMemo>(memoName(grant.policyId));
          if (memo !== undefined) await finished(grant, memo);
        }
      }
      return count;
    },

    /** All her grants, newest first, from the chain and what she sealed to herself. */
    grants: async (_: unknown, { signal }: CallContext): Promise<readonly OwnGrant[]> => {
      const found = new Map<Hex, OwnGrant>();
      const alice = await self.alice();
      const { timestamp, epoch } = await alice.network.now();
      // Each root tells of all of her policies, and reads the content of its own.
      for (const one of await alices()) {
        for await (const summary of one.grants({ signal })) {
          const { policyId, missing } = summary;
          if (missing !== undefined && found.has(policyId)) continue;
          const memo = await records.get<GrantMemo>(memoName(policyId));
          found.set(policyId, ownGrant(summary, memo, { ...(await booksOf(summary)), timestamp }));
        }
      }
      return [...found.values()];

      /** What was billed, and what is not due to anybody yet: the running epoch and the first are, also of what is stopped. */
      async function booksOf({ policyId, state, leftWei, rateWei, shares }: GrantSummary) {
        const policy = await alice.policy(policyId);
        if (policy === undefined) return { epochs: 0, openWei: 0n };
        const { start, end } = policy;
        const ahead = state === 'revoked' ? 0 : Math.max(0, end - Math.max(start, epoch));
        const openWei = rateWei * BigInt(shares * ahead);
        return { epochs: end - start + 1, openWei: openWei < leftWei ? openWei : leftWei };
      }
    },

    /** Makes a grant longer: same nodes, same link. Resolves when it is paid and the nodes hold the new manifest. */
    extend: async (
      { policyId, until }: { readonly policyId: Hex; readonly until: number },
      { signal, onProgress }: CallContext,
    ): Promise<{ readonly paidWei: bigint }> => {
      const { paidWei } = await (await aliceFor(policyId)).extend({ policyId, until, signal, onProgress });
      const memo = await records.get<GrantMemo>(memoName(policyId));
      if (memo?.paid !== undefined) {
        await records.put(memoName(policyId), { ...memo, paid: (BigInt(memo.paid) + paidWei).toString() });
      }
      return { paidWei };
    },

    /** Ends a grant. Resolves when it is mined, with what came back. */
    revoke: async (
      { policyId }: { readonly policyId: Hex },
      { signal }: CallContext,
    ): Promise<{ readonly refundWei: bigint; readonly transactionHash: Hex }> => {
      const { refundWei, transactionHash } = await (await self.alice()).revoke({ policyId, signal });
      const memo = await records.get<GrantMemo>(memoName(policyId));
      if (memo !== undefined) await records.put(memoName(policyId), { ...memo, refund: refundWei.toString() });
      return { refundWei, transactionHash };
    },
  };
}

function ownGrant(
  summary: GrantSummary,
  memo: GrantMemo | undefined,
  { epochs, openWei, timestamp }: { readonly epochs: number; readonly openWei: bigint; readonly timestamp: number },
): OwnGrant {
  const { policyId, state, shares, expiresAt, rateWei, leftWei, transactionHash, missing } = summary;
  const manifest = summary.manifest?.manifest;
  const startsAt = manifest?.conditions && parseConditions(manifest.conditions).notBefore;
  return {
    policyId,
    state,
    shares,
    expiresAt,
    rateWei,
    leftWei,
    openWei,
    transactionHash,
    missing,
    threshold: manifest?.threshold,
    createdAt: manifest?.createdAt,
    startsAt: state === 'live' && startsAt !== undefined && startsAt > timestamp ? startsAt : undefined,
    paidWei: memo?.paid === undefined ? rateWei * BigInt(shares) * BigInt(epochs) : BigInt(memo.paid),
    refundWei: memo?.refund === undefined ? undefined : BigInt(memo.refund),
    files: memo?.files ?? manifest?.files.map(({ headerId, size }) => ({ id: headerId, name: '', size })) ?? [],
    whom: memo?.whom,
    reader: manifest?.reader,
    note: manifest?.note,
    nodes: summary.manifest?.shares.map(({ node }) => node) ?? [],
    link: memo?.link,
  };
}
