/**
 * What Bob can be asked: what has come, look at a link, open it, read and save, report a liar. Owns: these methods, his list of what
 * has come. Owns not: the retrieval (lib), how it looks.
 */
import { type InboxItem, RetrievalError, type RetrievedFile, type WrongAnswer, wordsOf } from 'dintel';
import {
  type Address,
  DintelError,
  fingerprintWords,
  formatLink,
  type Hex,
  type Link,
  parseConditions,
  parseLink,
  toHex,
} from 'dintel/protocol';
import { PublicKey } from 'dintel/umbral';
import { blobOf } from './blobOf.ts';
import { outcomeView } from './fault.ts';
import type { NodeOutcomeView } from './messages.ts';
import type { CallContext, Self } from './person.ts';

/** What the worker holds for later calls, because it cannot cross. */
export interface Kept {
  readonly retrieved: Map<string, readonly RetrievedFile[]>;
  evidence: readonly WrongAnswer[];
}

/** Something that was shared with him. Units: seconds, bytes. */
export interface Received {
  readonly policyId: Hex;
  readonly link: string;
  /** What the reader calls the sender: only of somebody whose key has signed the manifest. */
  readonly from: string | undefined;
  /** What the sender calls himself: his word alone. */
  readonly claimedName: string | undefined;
  /** The key that has signed the manifest; a notice or a link alone may name anybody's. */
  readonly fromKey: Hex | undefined;
  readonly note: string | undefined;
  readonly state: 'live' | 'pending' | 'expired' | 'revoked' | 'unpaid' | 'unreadable' | 'request';
  readonly code: string | undefined;
  readonly createdAt: number | undefined;
  /** When it opens, if it does not yet (`pending`). */
  readonly startsAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** The chain's time that the state is of. */
  readonly asOf: number;
  readonly threshold: number | undefined;
  readonly shares: number | undefined;
  readonly owner: Address | undefined;
  readonly nodes: readonly Address[];
  /** Names are known once it was opened. */
  readonly files: readonly { readonly name: string | undefined; readonly size: number }[];
  readonly openedAt: number | undefined;
}

/** Whose key signed something. Units: seconds. */
export interface Sender {
  /** Six words to compare by voice. */
  readonly words: readonly string[] | undefined;
  /** Whether it is a key of somebody whom the reader knows. */
  readonly isKnown: boolean;
  /** When these words were compared. */
  readonly comparedAt: number | undefined;
}

const nobody: Sender = { words: undefined, isKnown: false, comparedAt: undefined };

/** What he remembers of it: what it was called. */
interface ReceivedMemo {
  readonly names: readonly string[];
  readonly openedAt: number;
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

const memoName = (policyId: Hex) => `received/${policyId.slice(2)}`;

export function receiving(self: Self) {
  const { bob, records, begin } = self;
  const known = [bob.network.contracts];
  const told = async (item: InboxItem): Promise<Received> => {
    const { timestamp } = await bob.network.now();
    const memo = await records.get<ReceivedMemo>(memoName(item.policyId));
    return received(item, { origin: begin.origin, timestamp, memo });
  };

  return {
    /** What was shared with him, newest first: found on the chain, and links that he kept. */
    inbox: async (_: unknown, { signal, onProgress }: CallContext): Promise<readonly Received[]> => {
      for await (const _new of self.inbox.scan({ signal, onProgress })) signal.throwIfAborted();
      const items: Received[] = [];
      const { timestamp } = await bob.network.now();
      for await (const item of self.inbox.items({ signal })) {
        const memo = await records.get<ReceivedMemo>(memoName(item.policyId));
        items.push(received(item, { origin: begin.origin, timestamp, memo }));
      }
      return items;
    },

    /** Takes a request of somebody who is not known. */
    accept: async ({ policyId }: { readonly policyId: Hex }, { signal }: CallContext): Promise<void> => {
      await self.inbox.accept(policyId, { signal });
    },

    /** What a link is about, without opening it; kept in the inbox unless it is not paid. Throws E_LINK, E_DOMAIN, E_VERSION. */
    look: async ({ link }: { readonly link: string }, { signal }: CallContext): Promise<Received> => {
      const said = parseLink(link, known);
      if (said.bob !== undefined) return unopened(self, said, link);
      try {
        return await told(await self.inbox.addLink(said, { signal }));
      } catch (error) {
        if (error instanceof DintelError && error.code === 'POLICY_UNPAID') return unopened(self, said, link);
        throw error;
      }
    },

    /** Tries again to fetch what an item names. */
    lookAgain: async ({ policyId }: { readonly policyId: Hex }, { signal }: CallContext): Promise<Received> =>
      told(await self.inbox.refresh(policyId, { signal })),

    /**
     * The words of the key that signed an item: of somebody who is known, or as the account that paid has published it. Undefined as long
     * as nothing is proven, and without words where nobody has said which key it is. Throws `ChainError`.
     */
    sender: async ({ policyId }: { readonly policyId: Hex }): Promise<Sender> => {
      for await (const item of self.inbox.items()) {
        if (item.policyId === policyId) return senderOf(self, item);
      }
      return nobody;
    },

    /** Takes it from the inbox of this browser. */
    forget: ({ policyId }: { readonly policyId: Hex }): Promise<void> => self.inbox.remove(policyId),

    /** Opens what a link names; `afresh`: without what is known of who was quick. Progress: `retrieve.state`, `node.state`. Throws as lib's `Bob.retrieve`. */
    retrieve: async (
      { link, afresh }: { readonly link: string; readonly afresh?: boolean | undefined },
      { signal, onProgress }: CallContext,
    ): Promise<Opened> => {
      const started = performance.now();
      const { policyId: wanted } = parseLink(link, known);
      const reader = await self.bobOf(await keyringOf(self, wanted), afresh);
      const retrieved = await reader.retrieve({ from: link, signal, onProgress }).catch((error: unknown) => {
        if (error instanceof RetrievalError) self.kept.evidence = error.evidence;
        throw error;
      });
      const handle = crypto.randomUUID();
      self.kept.retrieved.set(handle, retrieved.files);
      if (retrieved.evidence.length > 0) self.kept.evidence = retrieved.evidence;
      const { policyId, threshold } = retrieved.manifest.manifest;
      const names = retrieved.files.map(({ name }) => name);
      const memo: ReceivedMemo = { names, openedAt: Date.now() };
      await records.put(memoName(policyId), memo);
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
      return blobOf(file.stream({ signal, onProgress }));
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
}

/** With which of his keys an item of the inbox opens. */
async function keyringOf({ inbox, roots }: Self, policyId: Hex): Promise<InboxItem['keyring']> {
  if (roots === 1) return undefined;
  for await (const item of inbox.items()) if (item.policyId === policyId) return item.keyring;
  return undefined;
}

async function senderOf({ bob }: Self, { manifest, from, owner }: InboxItem): Promise<Sender> {
  if (manifest === undefined) return nobody;
  const { verifyingKey } = manifest.manifest;
  const keys = from && [from.keys, ...from.earlier].find((one) => one.verifyingKey.equals(verifyingKey));
  if (keys !== undefined) return { words: wordsOf(keys), isKnown: true, comparedAt: keys.verifiedAt };
  const published = await bob.network.keyRegistry.keysOf(owner);
  if (published === undefined || toHex(published.verifying) !== toHex(verifyingKey.toBytes())) return nobody;
  return { ...nobody, words: fingerprintWords(PublicKey.fromBytes(published.receiving), verifyingKey) };
}

function fileOf({ kept }: Self, handle: string, index: number): RetrievedFile {
  const file = kept.retrieved.get(handle)?.[index];
  if (file === undefined) throw new Error('This file is no longer open. Open it again.');
  return file;
}

/** An item of lib's inbox as data. */
function received(
  item: InboxItem,
  {
    origin,
    timestamp,
    memo,
  }: { readonly origin: string; readonly timestamp: number; readonly memo: ReceivedMemo | undefined },
): Received {
  const manifest = item.manifest?.manifest;
  const startsAt = manifest?.conditions && parseConditions(manifest.conditions).notBefore;
  const readable = manifest !== undefined || item.state !== 'live';
  const waits = item.state === 'live' && startsAt !== undefined && timestamp < startsAt;
  return {
    policyId: item.policyId,
    link: formatLink(origin, item.link),
    from: manifest && item.from?.name,
    claimedName: item.claimedName,
    fromKey: manifest && toHex(manifest.verifyingKey.toBytes()),
    note: manifest?.note,
    state: item.missing === 'REQUEST' ? 'request' : !readable ? 'unreadable' : waits ? 'pending' : item.state,
    code: item.missing,
    createdAt: manifest?.createdAt,
    startsAt: waits ? startsAt : undefined,
    expiresAt: item.expiresAt,
    asOf: timestamp,
    threshold: manifest?.threshold,
    shares: manifest?.shares,
    owner: item.owner,
    nodes: manifest?.leaves.map(({ node }) => node) ?? [],
    files: manifest?.files.map(({ size }, index) => ({ name: memo?.names[index], size })) ?? [],
    openedAt: memo?.openedAt,
  };
}

/** What the chain says of a link that is not kept: one that carries its own keys, or that nobody has paid. */
async function unopened({ bob }: Self, link: Link, text: string): Promise<Received> {
  const [policy, { timestamp }] = await Promise.all([
    bob.network.policyManager.policy(link.policyId),
    bob.network.now(),
  ]);
  const over = policy !== undefined && timestamp >= policy.expiresAt;
  return {
    policyId: link.policyId,
    link: text,
    from: undefined,
    claimedName: undefined,
    fromKey: undefined,
    note: undefined,
    state: policy === undefined ? 'unpaid' : policy.revoked ? 'revoked' : over ? 'expired' : 'live',
    code: undefined,
    createdAt: undefined,
    startsAt: undefined,
    expiresAt: policy?.expiresAt,
    asOf: timestamp,
    threshold: undefined,
    shares: policy?.shares,
    owner: policy?.owner,
    nodes: [],
    files: [],
    openedAt: undefined,
  };
}
