/**
 * A person behind a worker: keys, chain, and what he can be asked to do.
 *
 * Owns: opening these once, and again after a lock; who he is. Owns not: sharing (`sharing.ts`, `inviting.ts`), receiving (`receiving.ts`), whom he
 * knows (`acquaintances.ts`), where keys come from (`keys.ts`), crossing to the page (`worker.ts`). What a method takes and gives can be cloned.
 */
import { Alice, Bob, Inbox, type Keyring, type OnProgress, People } from 'dintel';
import { type Chain, type ChainReader, httpRpc } from 'dintel/chain';
import { viemChain, viemReader } from 'dintel/chain/viem';
import { type BlobStore, IndexedDbPlace } from 'dintel/platform/browser';
import { addressOf, fingerprintWords } from 'dintel/protocol';
import { engine } from 'dintel/umbral';
import { createWalletClient, custom } from 'viem';
import { encoded } from '../transactions/encoded.ts';
import { awaitingProposals } from '../transactions/proposal.ts';
import { acquaintances } from './acquaintances.ts';
import { inviting } from './inviting.ts';
import { Keys } from './keys.ts';
import type { Begin } from './messages.ts';
import { type Kept, receiving } from './receiving.ts';
import { Records } from './records.ts';
import { scoped } from './scoped.ts';
import { sharing } from './sharing.ts';
import { storing } from './storing.ts';

/** What every method gets beside its arguments. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Everything that the methods stand on. Alice is there only if somebody pays. After a rotation there are several roots: the newest is
 * who he is for others (`keyring`, `bob`, `alice`), the others open and stop what was; records stay sealed under the first.
 */
export interface Self {
  readonly begin: Begin['begin'];
  readonly keyring: Keyring;
  /** How many roots there are. */
  readonly roots: number;
  readonly reader: ChainReader;
  readonly bob: Bob;
  readonly people: People;
  readonly inbox: Inbox;
  readonly records: Records;
  readonly blobs: BlobStore;
  readonly kept: Kept;
  /** Bob as he was with these keys: what came for them opens with them. */
  bobOf(keyring: Keyring | undefined, afresh?: boolean): Promise<Bob>;
  /** Alice as she was with this root, by default the newest. Throws `chain.no_account` without a wallet. */
  alice(root?: number): Promise<Alice>;
  /** The person's own account on chain. Throws `chain.no_account`. */
  chain(): Promise<Chain>;
}

type AskWallet = (method: string, params: unknown) => Promise<unknown>;

/** Who he is, for himself and for others. */
export interface Identity {
  readonly reader: string;
  readonly words: readonly string[];
  readonly card: string;
  /** 'wasm' where the fast engine runs. */
  readonly engine: string;
}

type KeyMethods = Keys['methods'];
type OwnMethods = ReturnType<typeof methodsOf>;
/** All that a person can be asked. */
export type PersonMethods = KeyMethods & OwnMethods;

/** A person, with or without keys yet. */
export interface PersonDoor {
  /** The method of this name, or undefined. Throws KEY_LOCKED while the keys are, `ChainError`. */
  method(name: string): Promise<((args: unknown, context: CallContext) => Promise<unknown>) | undefined>;
  /** Somebody is here: his keys stay open for a while. */
  touch(): void;
}

type AnyMethod = (args: unknown, context: CallContext) => Promise<unknown>;

/** Opens a person; what needs keys opens with them. `onLock`: the keys were locked, by hand or because nobody was here. */
export async function openPerson(begin: Begin['begin'], askWallet: AskWallet, onLock: () => void): Promise<PersonDoor> {
  let opened: Promise<OwnMethods> | undefined;
  const onChange = () => {
    opened = undefined;
  };
  const keys = await Keys.open(begin.keys, {
    onChange,
    onLock: () => {
      onChange();
      onLock();
    },
  });
  return {
    method: async (name) => {
      if (name in keys.methods) return keys.methods[name as keyof KeyMethods] as AnyMethod;
      const keyrings = keys.keyrings();
      opened ??= openSelf(begin, keyrings, askWallet).then(methodsOf);
      opened.catch(() => {
        opened = undefined;
      });
      return (await opened)[name as keyof OwnMethods] as AnyMethod | undefined;
    },
    touch: () => keys.touch(),
  };
}

function methodsOf(self: Self) {
  const [shares, known] = [sharing(self), acquaintances(self)];
  return {
    identity: async (): Promise<Identity> => ({
      reader: self.bob.reader,
      words: fingerprintWords(self.keyring.receiving().publicKey, self.keyring.verifying().publicKey),
      card: self.bob.card({ owner: self.begin.account, name: self.begin.name }),
      engine: engine(),
    }),
    /** The newest block as policies are judged by, and the length of an epoch. Units: seconds. */
    chainTime: async () => ({ ...(await self.bob.network.now()), epochLength: self.bob.network.epochLength }),
    ...shares,
    ...storing(self),
    ...inviting(self, shares, known),
    ...receiving(self),
    ...known,
  };
}

async function openSelf(begin: Begin['begin'], keyrings: readonly Keyring[], askWallet: AskWallet): Promise<Self> {
  const [keyring, first] = [keyrings[0], keyrings.at(-1)] as [Keyring, Keyring];
  const { site, account } = begin;
  const { deployment, rpcUrl } = site;
  const { chainId } = deployment;
  const reader = await viemReader({ rpcUrl, chainId });
  // A local chain that began anew is another chain, whatever it is called.
  const genesis = await reader.block(0n);
  const name = addressOf(first.verifying().publicKey);
  const place = `dintel-${chainId}-${genesis?.hash.slice(2, 10)}-${name.slice(2, 14)}`;
  const { journal, blobs } = await IndexedDbPlace.open(place);
  /** Where lib keeps what is of one root. */
  const journalOf = (root: number) => (root === 0 ? journal : scoped(journal, `root${root}/`));
  const rootOf = (of: Keyring) => keyrings.length - 1 - keyrings.indexOf(of);
  const bobs = new Map<Keyring, Promise<Bob>>();
  const newBob = (of: Keyring) => Bob.open({ keyring: of, chain: reader, deployment, journal: journalOf(rootOf(of)) });
  const bobOf = (of: Keyring = keyring, afresh = false) => (afresh ? newBob(of) : memo(bobs, of, () => newBob(of)));
  const bob = await bobOf();
  const people = new People({ network: bob.network, keyring: first, journal });
  let chain: Promise<Chain> | undefined;
  const alices = new Map<number, Promise<Alice>>();
  const self: Self = {
    begin,
    keyring,
    roots: keyrings.length,
    reader,
    bob,
    bobOf,
    people,
    inbox: new Inbox({
      network: bob.network,
      // It seals under the first that it is given, which must be the same after a rotation.
      keyrings: keyrings.toReversed(),
      people,
      journal,
      ...(account && { hello: account }),
    }),
    records: new Records(journal, first),
    blobs,
    kept: { retrieved: new Map(), evidence: [] },
    chain: () => {
      chain ??= walletChain(begin, askWallet);
      return chain;
    },
    alice: (root = keyrings.length - 1) =>
      memo(alices, root, async () =>
        Alice.open({
          keyring: keyrings[keyrings.length - 1 - root] ?? keyring,
          chain: await self.chain(),
          deployment,
          journal: journalOf(root),
        }),
      ),
  };
  return self;
}

/** The chain with the wallet in the page as its hand; what a contract wallet only proposes is awaited until others have signed it. */
async function walletChain({ site, account }: Begin['begin'], askWallet: AskWallet): Promise<Chain> {
  const { rpcUrl, deployment } = site;
  const { chainId } = deployment;
  const chain = await viemChain({
    wallet: createWalletClient({
      ...(account !== undefined && { account }),
      transport: custom({ request: ({ method, params }) => askWallet(method, params) }, { retryCount: 0 }),
    }),
    source: { rpcUrl, chainId },
    chainId,
  });
  return awaitingProposals(chain, httpRpc(rpcUrl), encoded);
}

/** One of each kind, made when it is first asked for; a failure is forgotten. */
function memo<K, V>(made: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const found = made.get(key) ?? make();
  made.set(key, found);
  found.catch(() => made.delete(key));
  return found;
}
