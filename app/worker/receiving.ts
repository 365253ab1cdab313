/**
 * What Bob can be asked: what has come, look at a link, open it, read and save, report a liar. Owns: these methods, his list of what
 * has come. Owns not: the retrieval (lib), how it looks.
 */
import { fetchBlob, RetrievalError, type RetrievedFile, type WrongAnswer } from 'dintel';
import type { ChainReader } from 'dintel/chain';
import {
  type Address,
  fingerprintWords,
  formatLink,
  type Hex,
  helloTag,
  type Link,
  openManifest,
  openNotice,
  parseLink,
  readCard,
  toHex,
  verifyCard,
  verifyManifest,
} from 'dintel/protocol';
import { PublicKey } from 'dintel/umbral';
import { outcomeView } from './fault';
import type { NodeOutcomeView } from './messages';
import type { CallContext, Self } from './person';

/** What the worker holds for later calls, because it cannot cross. */
export interface Kept {
  readonly retrieved: Map<string, readonly RetrievedFile[]>;
  evidence: readonly WrongAnswer[];
}

/** Something that was shared with him. Units: seconds, bytes. */
export interface Received {
  readonly policyId: Hex;
  readonly link: string;
  /** Alice's word for herself; her key's words tell who she is. */
  readonly from: string | undefined;
  readonly fromKey: Hex;
  readonly note: string | undefined;
  readonly state: 'live' | 'expired' | 'revoked' | 'unpaid' | 'unreadable';
  readonly code: string | undefined;
  readonly createdAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly threshold: number | undefined;
  readonly shares: number | undefined;
  readonly owner: Address | undefined;
  readonly nodes: readonly Address[];
  /** Names are known once it was opened. */
  readonly files: readonly { readonly name: string | undefined; readonly size: number }[];
  readonly openedAt: number | undefined;
}

/** What he remembers of it: how it was found and what it was called. */
interface ReceivedMemo {
  readonly link: string;
  readonly from: string | undefined;
  readonly names?: readonly string[];
  readonly openedAt?: number;
}

/** A retrieval that came off. `handle` reads its files. */
export interface Opened {
  readonly handle: string;
  readonly files: readonly { readonly name: string; readonly mediaType: string; readonly size: number }[];
  readonly note: string | undefined;
  readonly threshold: number;
  readonly nodes: readonly NodeOutcomeView[];
  readonly evidence: number;
  readonly ms: number;
}

/** Somebody's card, proven. */
export interface CheckedCard {
  readonly card: string;
  readonly name: string | undefined;
  readonly owner: Address | undefined;
  /** Whether that account signed for the keys, or registered them. */
  readonly proven: boolean;
  readonly reader: Address;
  readonly words: readonly string[];
}

const memoName = (policyId: Hex) => `received/${policyId.slice(2)}`;

export function receiving(self: Self) {
  const { bob, records, begin } = self;
  const known = [bob.network.contracts];

  return {
    /** Proves a receive card. Throws E_CARD and kin. */
    checkCard: async ({ text }: { readonly text: string }): Promise<CheckedCard> => {
      const verified = await verifyCard(readCard(text), bob.network.contracts, bob.network.contractJudge);
      const { owner, name, receivingKey, verifyingKey } = verified.card;
      const registered = owner && (await bob.network.keyRegistry.keysOf(owner));
      const same = registered !== undefined && toHex(registered.receiving) === toHex(receivingKey.toBytes());
      const proven = verified.provenOwner !== undefined || same;
      const words = fingerprintWords(receivingKey, verifyingKey);
      return { card: text.trim(), name, owner, proven, reader: verified.reader, words };
    },

    /** The registered keys of an account, as words; undefined if it has none. */
    lookup: async ({ address }: { readonly address: Address }): Promise<readonly string[] | undefined> => {
      const keys = await bob.network.keyRegistry.keysOf(address);
      return keys && fingerprintWords(PublicKey.fromBytes(keys.receiving), PublicKey.fromBytes(keys.verifying));
    },

    /** What was shared with him, newest first: by notices to his account and by links that he kept. */
    inbox: async (_: unknown, context: CallContext): Promise<readonly Received[]> => {
      const found = new Map<Hex, ReceivedMemo>();
      for (const [policyId, memo] of await notices(self)) found.set(policyId, memo);
      for (const memo of await records.all<ReceivedMemo>('received/')) {
        const { policyId } = parseLink(memo.link, known);
        found.set(policyId, { ...found.get(policyId), ...memo });
      }
      const items = await Promise.all([...found.values()].map((memo) => look(self, memo, context.signal)));
      return items.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
    },

    /** What a link is about, without opening it; kept in the inbox. Throws E_LINK, E_DOMAIN, E_VERSION. */
    look: async ({ link, from }: { readonly link: string; readonly from?: string }, { signal }: CallContext) => {
      const { policyId } = parseLink(link, known);
      const old = await records.get<ReceivedMemo>(memoName(policyId));
      const memo: ReceivedMemo = { ...old, link, from: from ?? old?.from };
      await records.put(memoName(policyId), memo);
      return look(self, memo, signal);
    },

    /** Takes it from the inbox of this browser. */
    forget: ({ policyId }: { readonly policyId: Hex }): Promise<void> => records.delete(memoName(policyId)),

    /** Opens what a link names. Progress: `retrieve.state`, `node.state`. Throws as lib's `Bob.retrieve`. */
    retrieve: async ({ link }: { readonly link: string }, { signal, onProgress }: CallContext): Promise<Opened> => {
      const started = performance.now();
      const retrieved = await bob.retrieve({ from: link, signal, onProgress }).catch((error: unknown) => {
        if (error instanceof RetrievalError) self.kept.evidence = error.evidence;
        throw error;
      });
      const handle = crypto.randomUUID();
      self.kept.retrieved.set(handle, retrieved.files);
      if (retrieved.evidence.length > 0) self.kept.evidence = retrieved.evidence;
      const { policyId, threshold } = retrieved.manifest.manifest;
      const old = await records.get<ReceivedMemo>(memoName(policyId));
      const names = retrieved.files.map(({ name }) => name);
      await records.put(memoName(policyId), { from: undefined, ...old, link, names, openedAt: Date.now() });
      return {
        handle,
        files: retrieved.files.map(({ name, mediaType, size }) => ({ name, mediaType, size })),
        note: retrieved.note,
        threshold,
        nodes: retrieved.nodes.map(outcomeView),
        evidence: retrieved.evidence.length,
        ms: Math.round(performance.now() - started),
      };
    },

    /** A file as a blob, for a preview or a download. Progress: `decrypt.bytes`. */
    read: async (
      { handle, index }: { readonly handle: string; readonly index: number },
      { signal, onProgress }: CallContext,
    ): Promise<Blob> => {
      const file = fileOf(self, handle, index);
      const stream = file.stream({ signal, onProgress }) as ReadableStream<Uint8Array<ArrayBuffer>>;
      return new Response(stream).blob();
    },

    /** A file straight to the disk, in constant memory. */
    save: async (
      { handle, index, to }: { readonly handle: string; readonly index: number; readonly to: FileSystemFileHandle },
      { signal, onProgress }: CallContext,
    ): Promise<void> => {
      const file = fileOf(self, handle, index);
      await file.stream({ signal, onProgress }).pipeTo(await to.createWritable(), { signal });
    },

    /** Files the newest wrong answer on chain: its node loses stake, the reporter's account gets a share. */
    report: async (
      _: unknown,
      { signal, onProgress }: CallContext,
    ): Promise<{
      readonly node: Address;
      readonly penalty: bigint;
      readonly reward: bigint;
      readonly transactionHash: Hex;
    }> => {
      const [answer] = self.kept.evidence;
      if (answer === undefined) throw new Error('There is no wrong answer to report.');
      const reported = await bob.report(answer, { chain: await self.chain(), signal, onProgress });
      self.kept.evidence = self.kept.evidence.slice(1);
      const { node, penalty, reward, transactionHash } = reported;
      return { node, penalty, reward, transactionHash };
    },
  };

  /** Notices under the tag of his account that his key opens. */
  async function notices({
    reader,
  }: {
    readonly reader: ChainReader;
  }): Promise<readonly (readonly [Hex, ReceivedMemo])[]> {
    if (begin.account === undefined) return [];
    const { policyManager, contracts, deployment } = bob.network;
    const tag = helloTag({ ...contracts, bob: begin.account });
    const head = await reader.block('latest');
    const range = { fromBlock: BigInt(deployment.deployedBlock), toBlock: head?.number ?? 0n };
    const events = await policyManager.events({ event: 'Notice', indexed: { tag }, range });
    return events.flatMap((event): (readonly [Hex, ReceivedMemo])[] => {
      if (event.event !== 'Notice') return [];
      const { id: policyId, envelope } = event.args;
      try {
        const notice = openNotice(self.keyring.receiving(), { policyId, tag }, envelope);
        const { manifestId, verifyingKey, uris, name } = notice;
        const { chainId, policyManager: manager } = contracts;
        const link: Link = {
          chainId,
          policyManager: manager,
          policyId,
          manifestId,
          verifyingKey,
          uris,
          bob: undefined,
        };
        return [[policyId, { link: formatLink(begin.origin, link), from: name }]];
      } catch {
        // Not for him, or not a notice: anyone may write under this tag.
        return [];
      }
    });
  }
}

function fileOf({ kept }: Self, handle: string, index: number): RetrievedFile {
  const file = kept.retrieved.get(handle)?.[index];
  if (file === undefined) throw new Error('This file is no longer open. Open it again.');
  return file;
}

/** A shared thing as the chain and its manifest have it now. What cannot be read says why by `code`. */
async function look({ bob, keyring }: Self, memo: ReceivedMemo, signal: AbortSignal): Promise<Received> {
  const link = parseLink(memo.link, [bob.network.contracts]);
  const own = link.bob ?? keyring;
  const { policyManager } = bob.network;
  const [policy, { timestamp }] = await Promise.all([policyManager.policy(link.policyId), bob.network.now()]);
  const ended = policy?.revoked ? 'revoked' : policy && timestamp >= policy.expiresAt ? 'expired' : undefined;
  const base = {
    policyId: link.policyId,
    link: memo.link,
    from: memo.from,
    fromKey: toHex(link.verifyingKey.toBytes()),
    owner: policy?.owner,
    expiresAt: policy?.expiresAt,
    shares: policy?.shares,
    openedAt: memo.openedAt,
  };
  const nothing = { note: undefined, createdAt: undefined, threshold: undefined, nodes: [], code: undefined };
  const named = (memo.names ?? []).map((name) => ({ name, size: 0 }));
  if (policy === undefined) return { ...base, ...nothing, state: 'unpaid', files: named };
  try {
    const bytes = await fetchBlob(link.manifestId.slice(2), link.uris, { signal });
    const { manifest } = await verifyManifest(openManifest(own.receiving(), bytes), {
      verifyingKey: link.verifyingKey,
      reader: { receivingKey: own.receiving().publicKey, verifyingKey: own.verifying().publicKey },
      contracts: bob.network.contracts,
      policy,
      operatorValid: (node, operator, epoch) => bob.network.operatorValid(node, operator, epoch),
    });
    return {
      ...base,
      state: ended ?? 'live',
      code: undefined,
      note: manifest.note,
      createdAt: manifest.createdAt,
      threshold: manifest.threshold,
      nodes: manifest.leaves.map(({ node }) => node),
      files: manifest.files.map(({ size }, index) => ({ name: memo.names?.[index], size })),
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { ...base, ...nothing, state: ended ?? 'unreadable', code, files: named };
  }
}
